/** Pictures on plain pixel arrays: no decoder, no files. */
export { type DigitOptions, type PreparedDigit, prepareDigit } from "./digit.ts";
export { invert, type Picture, toChannels, toGray } from "./picture.ts";
export { crop, type Fit, fitPicture, resize, type Size } from "./resize.ts";
