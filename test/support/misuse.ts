/** Calls with what nobody means to pass: every public function and method either takes it or throws a NablaError. */

/** Values of every type, none of which most parameters take. */
export const JUNK: readonly unknown[] = [undefined, null, 5, "text", {}, []];

/** Functions by name, methods of an object as "name.method". */
export type Callables = ReadonlyMap<string, (...given: unknown[]) => unknown>;

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

const isClass = (value: unknown): boolean =>
  typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));

/** What a module exports that can be called; classes are called with new. */
export function callablesOf(module: object, prefix: string): Map<string, (...given: unknown[]) => unknown> {
  const found = new Map<string, (...given: unknown[]) => unknown>();
  for (const [name, value] of Object.entries(module)) {
    if (typeof value !== "function") continue;
    const Kind = value as new (...given: unknown[]) => unknown;
    found.set(
      `${prefix}${name}`,
      isClass(value) ? (...given) => new Kind(...given) : (value as (...given: unknown[]) => unknown),
    );
  }
  return found;
}

/** Methods of an object, and of what it inherits from; setters as "name.property =". @param fresh makes one for each call */
export function methodsOf(name: string, fresh: () => object): Map<string, (...given: unknown[]) => unknown> {
  const found = new Map<string, (...given: unknown[]) => unknown>();
  for (let from = fresh(); from !== Object.prototype && from !== null; from = Object.getPrototypeOf(from))
    for (const [key, { value, set }] of Object.entries(Object.getOwnPropertyDescriptors(from))) {
      if (key === "constructor" || found.has(`${name}.${key}`)) continue;
      if (typeof value === "function" && !isClass(value))
        found.set(`${name}.${key}`, (...given) =>
          (fresh() as Record<string, (...all: unknown[]) => unknown>)[key]!(...given),
        );
      if (set)
        found.set(`${name}.${key} =`, (given) => {
          (fresh() as Record<string, unknown>)[key] = given;
        });
    }
  return found;
}

export const shown = (value: unknown): string => JSON.stringify(value) ?? String(value);

type Misuse = readonly [what: string, given: readonly unknown[]];

/**
 * No arguments, junk alone and in all places, and right ones but for one place: an argument, or a property of one that is a plain object.
 *
 * @param good makes right arguments, new ones for each call
 */
export function* misuses(good: () => readonly unknown[] | undefined): Generator<Misuse> {
  yield ["no arguments", []];
  for (const junk of JUNK) {
    yield [`only ${shown(junk)}`, [junk]];
    yield [`${shown(junk)} three times`, [junk, junk, junk]];
  }
  for (let i = 0; i < (good()?.length ?? 0); i++) {
    const keys = isPlain(good()![i]) ? Object.keys(good()![i] as object) : [];
    for (const junk of JUNK)
      for (const key of [undefined, ...keys]) {
        const given = [...good()!];
        given[i] = key === undefined ? junk : { ...(given[i] as object), [key]: junk };
        yield [`argument ${i + 1}${key === undefined ? "" : `.${key}`}: ${shown(junk)}`, given];
      }
  }
}

/** What calls throw that is no NablaError, each once; a call has a few seconds. */
export async function rawErrors(
  call: (...given: unknown[]) => unknown,
  tried: Iterable<Misuse>,
): Promise<string[]> {
  const found = new Map<string, string>();
  for (const [what, given] of tried) {
    const raw = await rawError(() => call(...given));
    if (raw !== undefined && !found.has(raw)) found.set(raw, `${what}: ${raw}`);
  }
  return [...found.values()];
}

/** The text of what it throws, where that is no NablaError. */
async function rawError(call: () => unknown): Promise<string | undefined> {
  try {
    const result = await call();
    // what is made only when it is asked for
    if (typeof (result as Partial<Iterator<unknown>> | undefined)?.next === "function")
      await (result as Iterator<unknown>).next();
  } catch (error) {
    if ((error as Error | undefined)?.name === "NablaError") return undefined;
    const at = (error as Error | undefined)?.stack?.split("\n").find((line) => line.includes("/src/"));
    return `${error}${at ? ` (${at.replace(/^.*\/src\//, "src/").replace(/\)$/, "")})` : ""}`;
  }
  return undefined;
}
