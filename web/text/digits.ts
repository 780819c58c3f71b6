/** What Digits says, in the page's language. */
import { enDigits } from "./enDigits.ts";

export type DigitsText = typeof enDigits;
export const digitsText: DigitsText = enDigits;
