/** The core: its bytes as text (see bytes.ts), or (where bytes may not be compiled) a compiled module. */
export declare const core: string | WebAssembly.Module;
