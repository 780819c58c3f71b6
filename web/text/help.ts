/** What is said where someone asks "What is this?", in the page's language: loaded when the first one asks. */
import { enHelp } from "./enHelp.ts";

export type HelpText = typeof enHelp;
export const helpText: HelpText = enHelp;
export type HelpName = keyof HelpText["about"];
