/** What names of folders and files mean: what systems leave behind, parts of a set, and the order of classes. */
import { byCodeUnit } from "../labels.ts";

/** What systems leave behind in folders: hidden files, thumbnails, recycle bins, snapshots. */
export const CLUTTER = new RegExp(
  `^(${[
    "\\.", // hidden, and ._ files of macOS
    "__macosx$|icon\\r$|network trash folder$|temporary ?items$",
    "(eh)?thumbs(_vista)?\\.db$|desktop\\.ini$|zbthumbnail\\.info$|picasa\\.ini$|~\\$",
    "\\$recycle\\.bin$|recycler$|system volume information$|found\\.\\d{3}$",
    "lost\\+found$|__pycache__$",
    "@(eadir|recycle|recently-snapshot|tmp|sharebin)$|#(recycle|snapshot)$",
  ].join("|")})`,
  "i",
);

export type Role = "train" | "validation" | "test";

export const ROLES: readonly Role[] = ["train", "validation", "test"];

/** What the pictures of a part are for. */
export const PURPOSES: Readonly<Record<Role, string>> = {
  train: "to train on",
  validation: "to validate on",
  test: "to test with",
};

const WORDS: Readonly<Record<Role, readonly string[]>> = {
  train: ["train", "training", "trn"],
  validation: ["val", "valid", "validation", "validate", "dev", "devel", "development"],
  test: ["test", "testing", "tests", "tst", "eval", "evaluation", "holdout", "heldout"],
};
const ROLE_OF = new Map(ROLES.flatMap((role) => WORDS[role].map((word) => [word, role] as const)));

/** Words that say no more than that there are pictures. */
const FILLERS = [
  ...[
    "set",
    "sets",
    "data",
    "dataset",
    "datasets",
    "part",
    "split",
    "folder",
    "files",
    "raw",
    "all",
    "samples",
  ],
  ...["images", "image", "imgs", "img", "pictures", "picture", "pics", "photos", "png", "jpg", "jpeg"],
];
const UNKNOWN = [
  "unknown",
  "unlabeled",
  "unlabelled",
  "unclassified",
  "unsorted",
  "none",
  "no",
  "class",
  "label",
];

/** "seg_train", "TrainingSet", "hold-out", "testset" and "train2017" to words. */
function wordsOf(name: string): string[] {
  const words = name
    .normalize("NFC")
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .replace(/\b(hold|held)[^\p{L}]?out\b/gu, "holdout")
    .split(/[^\p{L}]+/u)
    .filter(Boolean);
  return words.flatMap((word) => {
    const [, role, rest] = /^(\p{L}+?)(set|data|images|imgs)$/u.exec(word) ?? [];
    return role !== undefined && ROLE_OF.has(role) ? [role, rest!] : [word];
  });
}

/** Which part of a set a folder of this name may be: "train_set", "chest_xray_val", "Testing". Undefined for two of them, or none. */
export function roleOf(name: string): Role | undefined {
  const roles = new Set(wordsOf(name).flatMap((word) => ROLE_OF.get(word) ?? []));
  return roles.size === 1 ? [...roles][0] : undefined;
}

/** Whether a name says which part it is, and nothing else: "test_set", not "test_tube". */
export const saysRoleAlone = (name: string): boolean =>
  roleOf(name) !== undefined && wordsOf(name).every((word) => ROLE_OF.has(word) || FILLERS.includes(word));

/** Whether a name is that of a folder around others: "dataset", "images". */
export const saysNothing = (name: string): boolean => onlyOf(wordsOf(name), (word) => FILLERS.includes(word));

/** Whether a name says that the pictures in it have no class: "unknown", "test", "images". */
export const saysNoClass = (name: string): boolean =>
  onlyOf(wordsOf(name), (word) => [...FILLERS, ...UNKNOWN].includes(word) || ROLE_OF.has(word));

const onlyOf = (words: readonly string[], fits: (word: string) => boolean): boolean =>
  words.length > 0 && words.every(fits);

/** The class of this name, also where capital letters differ and no other class is meant. */
export function classFor(name: string, classes: readonly string[]): string | undefined {
  if (classes.includes(name)) return name;
  const like = classes.filter((one) => one.toLowerCase() === name.toLowerCase());
  return like.length === 1 ? like[0] : undefined;
}

/** What file systems write in other ways is one name: letters with marks are one letter or two. */
export const nameOf = (name: string): string => name.normalize("NFC");

/**
 * By number where all names are whole numbers, or the same words around one ("class 2" before "class 10"); else by code unit, which is
 * the same everywhere.
 */
export function sortClasses(names: readonly string[]): string[] {
  const parts = names.map((name) => /^(\D*)(\d{1,15})(\D*)$/.exec(name));
  const around = new Set(parts.map((part) => (part ? `${part[1]}\0${part[3]}` : "")));
  if (!parts.every(Boolean) || around.size > 1) return [...names].sort(byCodeUnit);
  const numbers = new Map(parts.map((part) => [part![0], Number(part![2])]));
  return [...names].sort((a, b) => numbers.get(a)! - numbers.get(b)! || byCodeUnit(a, b));
}

export function shortened(names: readonly string[], most = 8): string {
  return names.slice(0, most).join(", ") + (names.length > most ? ` and ${names.length - most} more` : "");
}
