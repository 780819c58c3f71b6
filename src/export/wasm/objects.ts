/** Which of a core's constants in linear memory are still of use once functions have been left out. */

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** How AssemblyScript lays out the object of a function: a header, then its number in the table and its environment. */
export const FUNCTION_OBJECT = { header: 20, bytes: 8 };

/**
 * Segments without those that lie in objects nobody asks for any more. An object stays where a constant of the remaining code is an
 * address within it.
 */
export function remainingData<T extends { readonly offset: number; readonly bytes: Uint8Array }>(
  segments: readonly T[],
  objects: readonly Span[],
  constants: ReadonlySet<number>,
): T[] {
  const unused = objects.filter(({ from, to }) => {
    for (let at = from; at < to; at++) if (constants.has(at)) return false;
    return true;
  });
  return segments.filter(
    ({ offset, bytes }) => !unused.some(({ from, to }) => from <= offset && offset + bytes.length <= to),
  );
}
