/** What Plane's choices are called, in the page's language. */
import { enChoices } from "./enChoices.ts";

export type ChoicesText = typeof enChoices;
export const choicesText: ChoicesText = enChoices;
