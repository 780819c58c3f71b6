/** What is said of links, in the page's language. */
import { enLinks } from "./enLinks.ts";

export type LinksText = typeof enLinks;
export const linksText: LinksText = enLinks;
