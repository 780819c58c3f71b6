/** The functions that exported models have besides kernels (assembly/standalone): bytes as text (see src/core/bytes.ts) to be joined to the core. */
export declare const standalone: string;
