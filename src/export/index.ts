/** `nabla/export`: models as files that need neither Nabla nor, if need be, JavaScript. */
export { type VerifiedExport, verifyExport } from "./digest.ts";
export { type ExportedModule, exportModule } from "./esModule.ts";
export { exportOnnx, type OnnxExportOptions } from "./onnx/index.ts";
export { exportPytorch } from "./pytorch.ts";
export type { WeightType } from "./quantise.ts";
export { quantised } from "./quantised.ts";
export { describeExport, type ExportDescription, type ExportOptions, exportWasm } from "./wasm.ts";
