/** schema.json as text, written by the build. */
export declare const schema: string;
