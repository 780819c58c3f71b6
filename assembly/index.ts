// What the core exports. Each line is a file that holds kernels and their records.
export { run, runPart } from "./tape";
export { ZEROS, packPanels, unpackPanels } from "./math/matmul";
export { DENSE_FORWARD, DENSE_WEIGHTS, DENSE_TRANSPOSE, DENSE_INPUT, OUTER_SCRATCH } from "./layers/dense";
