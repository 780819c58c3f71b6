/** Changes of JSON documents, one at a time: what anybody may write into a file whose checksum is then made right again. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A place in a document: the keys that lead there. */
export type Path = readonly (string | number)[];

/** All places in a document, each before those within it. */
export function placesOf(document: Json, path: Path = []): Path[] {
  if (typeof document !== "object" || document === null) return [path];
  const entries: [string | number, Json][] = Array.isArray(document)
    ? [...document.entries()]
    : Object.entries(document);
  return [path, ...entries.flatMap(([key, item]) => placesOf(item, [...path, key]))];
}

/** Texts, so that a key "__proto__" is one, which an object literal of a program would not have. */
const VALUES: readonly string[] = [
  "null",
  "false",
  "0",
  "-1",
  "2",
  "2147483647",
  "2147483648",
  "4294967296",
  "9007199254740991",
  "1e300",
  '""',
  '"mish"',
  '"__proto__"',
  '"constructor"',
  "[]",
  "[4294967296, 4294967296]",
  "{}",
  '{"__proto__": {"polluted": 1}}',
  '{"name": "constructor"}',
  '{"$number": "NaN"}',
  '{"$tensor": "dense_1.kernel"}',
];

/** What takes the place of a value. */
export const HOSTILE: readonly Json[] = VALUES.map((text) => JSON.parse(text) as Json);

/** A document with something else in one place. */
export interface Mutation {
  readonly what: string;
  apply(document: Json): Json;
}

const shown = (path: Path, change: string) => `${path.join(".") || "document"}: ${change}`;

/** A copy in which `change` has been made of the object or list that holds the last key. */
function changed(whole: Json, path: Path, change: (holder: never, key: never) => void): Json {
  const copy = structuredClone(whole);
  change(at(copy, path.slice(0, -1)) as never, path[path.length - 1] as never);
  return copy;
}

const at = (whole: Json, path: Path): Json =>
  path.reduce<Json>((holder, key) => (holder as never)[key] as Json, whole);

/** Sets an own property whatever it is called. */
const set = (holder: object, key: string | number, value: unknown) =>
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });

/** Every change of the values at these places: other values, none at all, another name, one more key. */
export function* mutationsOf(places: readonly Path[], values = HOSTILE): Iterable<Mutation> {
  for (const path of places) {
    const key = path[path.length - 1];
    if (key === undefined) continue;
    for (const value of values) {
      yield {
        what: shown(path, JSON.stringify(value)),
        apply: (whole) =>
          changed(whole, path, (holder: object, at: string) => set(holder, at, structuredClone(value))),
      };
    }
    yield {
      what: shown(path, "left out"),
      apply: (whole) =>
        changed(whole, path, (holder: Json[] | Record<string, Json>, at: string) => {
          if (Array.isArray(holder)) holder.splice(Number(at), 1);
          else delete holder[at];
        }),
    };
    if (typeof key === "number") continue;
    for (const name of [`${key}s`, "__proto__", "constructor"])
      yield {
        what: shown(path, `called ${name}`),
        apply: (whole) =>
          changed(whole, path, (holder: Record<string, Json>, at: string) => {
            const value = holder[at];
            delete holder[at];
            set(holder, name, value);
          }),
      };
  }
  for (const path of places) {
    for (const name of ["extraField", "__proto__", "toString"])
      yield {
        what: shown(path, `has ${name} besides`),
        apply: (whole) => {
          const copy = structuredClone(whole);
          const holder = at(copy, path);
          if (typeof holder === "object" && holder !== null && !Array.isArray(holder))
            set(holder, name, { polluted: 1 });
          return copy;
        },
      };
  }
}
