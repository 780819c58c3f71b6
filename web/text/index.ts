/** All that the course says, in the page's language. Another language is one more file of this form and its place here. */
import { en } from "./en.ts";

export type Text = typeof en;
export const text: Text = en;
