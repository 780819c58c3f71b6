/** schema.json as an object, written by the build: parts of it are shared. */
export declare const schema: object;
