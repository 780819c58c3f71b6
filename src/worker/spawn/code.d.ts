/** What a page's worker runs: a script, packed by deflate, in base64. */
export declare const code: string;
