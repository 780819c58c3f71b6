export function View() {
  return <h1>Digits</h1>;
}
