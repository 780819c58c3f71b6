/** The core: its bytes as text (see bytes.ts) or, in Node, as they are; where bytes may not be compiled, a compiled module. */
export declare const core: string | Uint8Array<ArrayBuffer> | WebAssembly.Module;
