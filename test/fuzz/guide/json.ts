/** Changes of documents: of their values, keys and nesting, so that what comes out is still JSON. */
import { LONGEST } from "./bytes.ts";
import type { Random } from "./random.ts";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const VALUES: readonly string[] = [
  "null",
  "true",
  "false",
  "0",
  "-0",
  "1",
  "-1",
  "2",
  "0.5",
  "1e308",
  "1e999",
  "-1e999",
  "65536",
  "4294967296",
  "9007199254740991",
  "9007199254740993",
  '""',
  '"x"',
  '"__proto__"',
  '"constructor"',
  '"NaN"',
  '"\\u0000"',
  '"\\u001b[2J"',
  '"\\ud800"',
  "[]",
  "{}",
  "[[]]",
  "[null]",
  '{"__proto__":1}',
  '{"__proto__":{"polluted":1}}',
  '{"$number":"NaN"}',
  '{"$number":1}',
  '{"$tensor":"x"}',
  '{"toString":1}',
  '{"length":-1}',
  '{"name":"x"}',
  '{"type":"x"}',
];
const KEYS = [
  "__proto__",
  "constructor",
  "toString",
  "length",
  "name",
  "type",
  "",
  "0",
  "\u001b[31m",
  "hasOwnProperty",
];

/** Places of a document: who holds the value, and under which key. */
function places(value: Json, found: [holder: Json[] | Record<string, Json>, key: string | number][] = []) {
  if (typeof value !== "object" || value === null || found.length > 2000) return found;
  for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
    found.push([value as never, key]);
    places((value as Record<string | number, Json>)[key]!, found);
  }
  return found;
}

/** As JSON.parse makes it: "__proto__" is a key like any other. */
const put = (holder: object, key: string | number, value: Json): void =>
  void Object.defineProperty(holder, key, { value, enumerable: true, writable: true, configurable: true });

/** @returns the text of a document, of no more than LONGEST characters, with some values changed; undefined for what is no document */
export function changedJson(text: string, random: Random, words: readonly string[]): string | undefined {
  try {
    const out = JSON.stringify(changedValue(JSON.parse(text), random, words));
    return out?.length <= LONGEST ? out : undefined;
  } catch {
    // no document, or one that is nested beyond what can be written
    return undefined;
  }
}

function changedValue(value: Json, random: Random, words: readonly string[]): Json {
  const root = { root: value };
  do {
    const all = places(root.root);
    all.push([root as never, "root"]);
    const [holder, key] = random.pick(all);
    const at = (holder as Record<string | number, Json>)[key]!;
    switch (random.below(9)) {
      case 0:
      case 1:
        put(holder, key, JSON.parse(random.pick(VALUES)));
        break;
      case 2:
        if (words.length > 0) put(holder, key, random.pick(words));
        break;
      case 3:
        if (Array.isArray(holder)) holder.splice(key as number, 1);
        else delete holder[key];
        break;
      case 4: {
        const [from, name] = random.pick(all);
        put(holder, key, JSON.parse(JSON.stringify((from as Record<string | number, Json>)[name])));
        break;
      }
      case 5:
        if (Array.isArray(holder)) {
          const length = JSON.stringify(at).length;
          const copies = Math.min(
            1 + random.below(random.chance(0.1) ? 300 : 3),
            Math.ceil(LONGEST / length),
          );
          for (let i = 0; i < copies; i++) holder.push(JSON.parse(JSON.stringify(at)));
        } else put(holder, random.pick([...KEYS, ...words]), at);
        break;
      case 6:
        if (typeof at === "number") put(holder, key, at + random.below(7) - 3);
        else if (typeof at === "string")
          put(holder, key, at.slice(0, random.below(at.length + 1)) + random.pick(KEYS));
        break;
      case 7: {
        // nested, a little or without end
        let deep = at;
        for (let n = random.chance(0.1) ? 3000 : 2; n > 0; n--)
          deep = random.chance(0.5) ? [deep] : { [random.pick(KEYS)]: deep };
        put(holder, key, deep);
        break;
      }
      default:
        if (Array.isArray(at) && at.length > 1) {
          const [a, b] = [random.below(at.length), random.below(at.length)];
          [at[a], at[b]] = [at[b]!, at[a]!];
        } else if (!Array.isArray(holder) && key !== "root") {
          delete holder[key];
          put(holder, random.pick(words.length > 0 ? words : KEYS), at);
        }
    }
  } while (random.chance(0.5));
  return root.root;
}
