/** What loadAsync() imports: a file of its own, because bundlers load at once whatever the entry can reach. */
export { load } from "./whole.ts";
