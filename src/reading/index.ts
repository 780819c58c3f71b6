/** Reading numbers of several digits. */
export type { DigitModel } from "./classify.ts";
export type { LinePicture } from "./ink.ts";
export { type ReadDigit, type Reading, type ReadOptions, readDigits } from "./read.ts";
