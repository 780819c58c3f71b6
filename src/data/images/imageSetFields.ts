/** The options of folders of pictures: imageSet.ts says in docstrings what they do. */
import { choice, list, number, string } from "../../fields/fields.ts";
import { func } from "../../fields/programs.ts";
import { columnField } from "../tables/columnField.ts";
import type { ImageSetOptions } from "./imageSet.ts";

/** Those that are checked where they are used. */
export const IMAGE_SET_OTHERS: readonly (keyof ImageSetOptions)[] = [
  "size",
  "channels",
  "fit",
  "unreadable",
  "labels",
  "labelPattern",
  "maxPixels",
];

/** The others, as fields. */
export const imageSetFields = () => ({
  classes: list(string()),
  label: columnField(),
  file: columnField(),
  task: choice(["auto", "classification", "regression"]),
  keepBytes: number({ min: 0 }),
  onProgress: func(),
});
