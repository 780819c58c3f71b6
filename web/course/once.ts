/** Models that are made once for each key: a figure that follows a hand has no time to make one at every frame. Weights are set anew. */
export function once<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>();
  return (key) => {
    const found = made.get(key) ?? make(key);
    made.set(key, found);
    return found;
  };
}
