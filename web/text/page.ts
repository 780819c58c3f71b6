/** What is said around every view, in the page's language. */
import { enPage } from "./enPage.ts";

export type PageText = typeof enPage;
export const pageText: PageText = enPage;
