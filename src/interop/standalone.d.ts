/** The functions that exported models have besides kernels (assembly/standalone): bytes to be joined to the core. */
export declare const standalone: Uint8Array<ArrayBuffer>;
