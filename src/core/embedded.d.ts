/** The core: bytes to compile, or (where bytes may not be compiled) a compiled module. */
export declare const core: Uint8Array<ArrayBuffer> | WebAssembly.Module;
