/** Folders of pictures, opened by path and on a page. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { encode } from "fast-png";
import { afterAll } from "vitest";
import { openData as openOnPage } from "../../src/browser/data/open.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import type { ImageSetOptions } from "../../src/data/images/imageSet.ts";
import type { OpenedData } from "../../src/data/readers/open.ts";
import { openData as openByPath } from "../../src/node/dataFiles.ts";

/** Filled with the number in its name. */
const png = (name: string): Uint8Array =>
  encode({
    width: 2,
    height: 2,
    channels: 1,
    data: new Uint8Array(4).fill(Number(/\d+/.exec(name.replace(/.*\//, ""))?.[0] ?? 0)),
  });
const root = mkdtempSync(join(tmpdir(), "nabla-layout-"));
afterAll(() => rmSync(root, { recursive: true }));

/** Names of files; pictures but for those with a text. */
export type Files = readonly (string | readonly [name: string, text: string])[];
export type Open = (files: Files, images?: ImageSetOptions, decode?: boolean) => Promise<OpenedData>;

const each = (files: Files) =>
  files.map((file) => (typeof file === "string" ? ([file, png(file)] as const) : file));

let counter = 0;
export const byPath: Open = (files, images = {}, decode = false) => {
  const path = join(root, String(counter++), "zoo");
  for (const [name, content] of each(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return openByPath(path, { images: { ...images, ...(!decode && { keepBytes: 0 }) } });
};
/** As `<input webkitdirectory>` gives it; nothing is decoded. */
export const onPage: Open = (files, images = {}) => {
  const list = each(files).map(([name, content]) =>
    Object.defineProperty(new File([content as BlobPart], name.replace(/.*\//, "")), "webkitRelativePath", {
      value: `zoo/${name}`,
    }),
  );
  return openOnPage(list, { images: { ...images, keepBytes: 0 } });
};

/** Rows of each class: { cat: 2, dog: 1 } */
export function counted(part: Dataset | undefined): Record<string, number> | undefined {
  if (!part) return undefined;
  const { target } = part;
  const names = target.kind === "class" ? target.names! : [];
  const counts: Record<string, number> = {};
  for (const label of part.labels!) counts[names[label]!] = (counts[names[label]!] ?? 0) + 1;
  return counts;
}

export const shown = ({ train, validation, test: tested, notes = [] }: OpenedData) => ({
  train: counted(train),
  ...(validation && { validation: counted(validation) }),
  ...(tested && { test: counted(tested) }),
  notes: notes.map((note) => note.replaceAll(/\S*zoo[/\\]/g, "")).join("; "),
});
