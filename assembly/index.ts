export * from "./math/gemm";
