/** What a text of a file imports or re-exports by a relative path: types as well, for they are known too. */
export const importsOf = (text: string): string[] =>
  pathsIn(text, /(?:\bfrom|\bimport)\s*\(?\s*"(\.[^"]+)"/g);

/** The same but for import(). */
export const importsAtOnce = (text: string): string[] => pathsIn(text, /(?:\bfrom|\bimport)\s*"(\.[^"]+)"/g);

function pathsIn(text: string, imports: RegExp): string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  return [...code.matchAll(imports)].map(([, path]) => path!);
}
