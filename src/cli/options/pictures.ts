/** The flags of folders of pictures. */
import type { Command } from "commander";
import { FITS } from "../../data/images/resize.ts";
import { names, oneOf, pictureSize, wholeOption } from "./values.ts";

/** Where classes are not told by folders. */
export function toldFlags(command: Command): Command {
  return command
    .option("--labels <FILE>", "pictures: a table that has the name of each file and its class")
    .option("--file-column <COLUMN>", "with --labels: the column of files (default: found out)")
    .option("--label-pattern <FORM>", 'pictures: their names tell the class: "{label}_*", # for digits');
}

export function unreadableFlag(command: Command): Command {
  return command
    .option(
      "--unreadable <WHAT>",
      "files that are not readable pictures: refuse (default) or skip",
      oneOf("--unreadable", ["refuse", "skip"]),
    )
    .option(
      "--max-pixels <N>",
      "pictures: of more pixels they are refused before they are decoded (default: 64000000)",
      wholeOption("--max-pixels"),
    );
}

/** How pictures become rows. */
export function pictureFlags(command: Command): Command {
  return unreadableFlag(
    toldFlags(command)
      .option("--classes <NAME,…>", "pictures: the class folders, in this order", names("--classes"))
      .option(
        "--size <N|WxH>",
        "pictures: pixels of a row, a side or width x height (default: their own, if all are alike)",
        pictureSize("--size"),
      )
      .option("--channels <N>", "pictures: 1 for grey, 3 for colour (default: 1 if all are grey)", (text) =>
        Number(oneOf("--channels", ["1", "3"])(text)),
      )
      .option(
        "--fit <HOW>",
        "pictures of other proportions: pad (default), crop or stretch",
        oneOf("--fit", FITS),
      ),
  );
}
