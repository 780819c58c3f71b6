import { NablaError } from "../../errors.ts";
import { isStateDict } from "../pytorch/recognise.ts";
import type { Reader } from "./reader.ts";

/** Weights without a model: what to do with them is said. */
export const stateDict: Reader = {
  title: "weights of PyTorch (.pt, .safetensors), with loadWeights()",
  recognise: isStateDict,
  read: async ({ name }) => {
    throw new NablaError(
      `${name}: these are weights of PyTorch without a model; build the model, then loadWeights(model, file, { from: "pytorch" }) (nabla import FILE --onto MODEL); or export it with torch.onnx.export()`,
    );
  },
};
