/** The page's colours as the engine takes them. */
import { rgb } from "../../ui/theme.ts";
import type { Palette } from "../engine/colours.ts";

/** Reads the theme: what calls it runs again when that changes. */
export const paletteNow = (): Palette => ({
  classes: ([0, 1, 2, 3, 4, 5] as const).map((c) => rgb(`class-${c}`)),
  paper: rgb("paper"),
  minus: rgb("minus"),
  zero: rgb("zero"),
  plus: rgb("plus"),
});
