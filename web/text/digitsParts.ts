/** What Digits says in the parts that are loaded later, in the page's language. */
import { enDigitsParts } from "./enDigitsParts.ts";

export type DigitsPartsText = typeof enDigitsParts;
export const partsText: DigitsPartsText = enDigitsParts;
