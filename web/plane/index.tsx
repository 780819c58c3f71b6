export function View() {
  return <h1>Plane</h1>;
}
