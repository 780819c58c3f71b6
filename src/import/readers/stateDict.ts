import { NablaError } from "../../errors.ts";
import { isStateDict } from "../pytorch/recognise.ts";
import { unreadCode } from "../readingCode.ts";
import type { Reader } from "./reader.ts";

/** Weights without a model: what to do with them is said. */
export const stateDict: Reader = {
  title: "weights of PyTorch (.pt, .safetensors), with loadWeights()",
  recognise: isStateDict,
  read: async (source) => {
    const why =
      (await unreadCode())?.weightsAlone(await source.read()) ?? "these are weights without a model";
    throw new NablaError(`${source.name}: ${why}`);
  },
};
