/** What a thread of Node runs: a module that scripts/threads.mjs writes. */
export declare const code: () => string;
