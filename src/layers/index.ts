/** The layers there are, a line each, in the order in which messages list them. */
export { dense } from "./dense.ts";
export { activation } from "./activation.ts";
export { flatten } from "./flatten.ts";
export { reshape } from "./reshape.ts";
export { conv2d } from "./conv2d.ts";
export { maxPooling2d } from "./maxPooling2d.ts";
export { averagePooling2d } from "./averagePooling2d.ts";
export { globalAveragePooling2d } from "./globalAveragePooling2d.ts";
export { zeroPadding2d } from "./zeroPadding2d.ts";
export { batchNormalization } from "./batchNormalization.ts";
export { layerNormalization } from "./layerNormalization.ts";
export { dropout } from "./dropout.ts";
export { gaussianNoise } from "./gaussianNoise.ts";
export { residual } from "./residual.ts";
