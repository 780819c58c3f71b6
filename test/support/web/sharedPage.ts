/** In pages all test files share one realm: each has to leave it as it was, or the next one tests something else. */
import { afterAll, expect } from "vitest";

/** What is put there for good: by Vitest and Vite, and by nabla for its copies in the same realm. */
const lasting = (key: PropertyKey) =>
  typeof key === "symbol" ? Symbol.keyFor(key)?.startsWith("nabla.") : /^_|vite/.test(String(key));

const globals = () =>
  new Map(
    Reflect.ownKeys(globalThis).flatMap((key) =>
      lasting(key) ? [] : [[key, Object.getOwnPropertyDescriptor(globalThis, key)] as const],
    ),
  );

function same(before: PropertyDescriptor | undefined, after: PropertyDescriptor | undefined): boolean {
  if (!before || !after) return before === after;
  if (before.get === after.get && Object.is(before.value, after.value)) return true;
  // fake timers give back as a value what was a getter's
  return before.get !== undefined && Object.is(before.get.call(globalThis), after.value);
}

const before = globals();

afterAll(() => {
  const after = globals();
  const changed = [...new Set([...before.keys(), ...after.keys()])]
    .filter((key) => !same(before.get(key), after.get(key)))
    .map(String);
  expect(changed, "globals that this test file leaves changed for those after it").toEqual([]);
});
