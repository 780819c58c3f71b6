/** What a helping thread runs, as a script that defines `helper` (src/threads/helper.ts); scripts/threads.mjs writes it. */
export declare const code: string;
