/** Which folders are classes and parts of a set of pictures, by their names alone. */
export interface Parts {
  /** The sub-folder with classes to train on; undefined where the sub-folders are classes themselves. */
  train: string | undefined;
  test: string | undefined;
  /** Sub-folders that are neither. */
  unused: string[];
}

const TRAIN = /^train(ing)?$/i;
const TEST = /^test(ing)?$/i;
const VALIDATION = /^val(id|idation)?$/i;
/** What systems leave behind in folders. */
export const CLUTTER = /^(\.|thumbs\.db$|desktop\.ini$|__macosx$)/i;

/** Whether sub-folders of these names are classes, or parts named train and test (or val) that hold them. */
export function partsOf(folders: readonly string[]): Parts {
  const train = folders.find((name) => TRAIN.test(name));
  const test = folders.find((name) => TEST.test(name)) ?? folders.find((name) => VALIDATION.test(name));
  if (!train || (!test && folders.length > 1)) return { train: undefined, test: undefined, unused: [] };
  return { train, test, unused: folders.filter((name) => name !== train && name !== test) };
}

/** By number where all are whole numbers, else by code unit, which is the same everywhere. */
export function sortClasses(names: readonly string[]): string[] {
  return names.every((name) => /^\d{1,15}$/.test(name))
    ? [...names].sort((a, b) => Number(a) - Number(b))
    : [...names].sort(byCodeUnit);
}

export const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export function shortened(names: readonly string[], most = 8): string {
  return names.slice(0, most).join(", ") + (names.length > most ? ` and ${names.length - most} more` : "");
}
