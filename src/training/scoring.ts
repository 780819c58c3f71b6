/** What evaluate(), confusionMatrix() and chooseThreshold() of a model load when they are called. */
export { thresholdOn } from "./chooseThreshold.ts";
export * from "./evaluate.ts";
