/**
 * Models that are made once for each key: a figure that follows a hand has no time to make one at every frame. Weights are set anew. What
 * is promised and fails is made again when it is next asked for: code that was not loaded may be by then.
 */
export function once<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const fresh = make(key);
    made.set(key, fresh);
    Promise.resolve(fresh).catch(() => made.delete(key));
    return fresh;
  };
}
