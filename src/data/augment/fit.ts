/** What fit() does to images: its options `shifted` and `augment`. */
import { prefixed } from "../../errors.ts";
import type { Dataset } from "../dataset.ts";
import type { AugmentOptions } from "./effects.ts";
import { type AugmentConfig, augmentFields } from "./fields.ts";
import { augment } from "./index.ts";
import { shifted } from "./shifted.ts";

/** @returns the data set to train on, and the augmentation with its defaults written out */
export function moveImages(
  dataset: Dataset,
  options: { shifted?: number; augment?: AugmentOptions; seed: number },
): [Dataset, AugmentConfig | undefined] {
  const config = options.augment && check(options.augment);
  const moved =
    options.shifted === undefined
      ? dataset
      : shifted(dataset, options.shifted, { imageShape: config?.imageShape });
  return [config ? augment(moved, { seed: options.seed, ...config }) : moved, config];
}

const check = (options: AugmentOptions): AugmentConfig =>
  prefixed("fit: ", () => augmentFields().check(options, "augment"));
