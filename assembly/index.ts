// What the core exports. Each line is a file that holds kernels and their records.
export { run, runPart } from "./tape";
export { ZEROS, packPanels, unpackPanels } from "./math/matmul";
export { mapExp, mapLog, mapTanh } from "./math/map";
export { DENSE_FORWARD, DENSE_WEIGHTS, DENSE_TRANSPOSE, DENSE_INPUT, OUTER_SCRATCH } from "./layers/dense";
export { STEP_FORWARD } from "./activations/step";
export { SIGMOID_FORWARD, SIGMOID_BACKWARD } from "./activations/sigmoid";
export { TANH_FORWARD, TANH_BACKWARD } from "./activations/tanh";
export { RELU_FORWARD, RELU_BACKWARD } from "./activations/relu";
export { LEAKY_RELU_FORWARD, LEAKY_RELU_BACKWARD } from "./activations/leakyRelu";
export { GAUSSIAN_FORWARD, GAUSSIAN_BACKWARD } from "./activations/gaussian";
export { ELU_FORWARD, ELU_BACKWARD } from "./activations/elu";
export { GELU_FORWARD, GELU_BACKWARD } from "./activations/gelu";
export { SILU_FORWARD, SILU_BACKWARD } from "./activations/silu";
export { SOFTPLUS_FORWARD, SOFTPLUS_BACKWARD } from "./activations/softplus";
export { SOFTMAX_FORWARD, SOFTMAX_BACKWARD } from "./activations/softmax";
