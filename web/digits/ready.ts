/** The small network that comes with the page, so that a drawing is read before anything was trained. Loaded with the pad. */
import { fromConfig, type Model } from "nabla";
import kept from "./ready.json";

type Weights = { readonly floats: string } | { readonly scales: string; readonly bytes: string };

const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
const floatsOf = (text: string): Float32Array => new Float32Array(bytesOf(text).buffer);

/** Kernels are signed bytes, with a factor for each output channel. */
function valuesOf(weights: Weights): Float32Array {
  if ("floats" in weights) return floatsOf(weights.floats);
  const scales = floatsOf(weights.scales);
  return Float32Array.from(
    new Int8Array(bytesOf(weights.bytes).buffer),
    (value, i) => value * scales[i % scales.length]!,
  );
}

/** Made by scripts/readyDigits.mjs. */
export function readyModel(): Model {
  const { model } = fromConfig({
    nabla: 1,
    model: kept.model as Parameters<typeof fromConfig>[0]["model"],
    training: { loss: kept.loss, optimizer: "adam" } as never,
  });
  const weights = Object.entries(kept.weights as Record<string, Weights>);
  return model.setWeights(Object.fromEntries(weights.map(([name, each]) => [name, valuesOf(each)])));
}
