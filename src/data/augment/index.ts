/** Other images from each image, made as they are read. */
import { checkOptions } from "../../fields/options.ts";
import { wordsOf } from "../../math/random.ts";
import { sizeOf } from "../../shape.ts";
import type { Dataset, Inputs } from "../dataset.ts";
import { portable } from "../portable.ts";
import { Distortion } from "./distort.ts";
import type { AugmentOptions } from "./effects.ts";
import { augmentFields } from "./fields.ts";
import { checkFill, imageShapeOf } from "./shape.ts";

/**
 * A dataset whose images are moved, turned, bent, … differently in every epoch of a training. Evaluation and prediction read the rows
 * as they are.
 *
 *     await model.fit(augment(train, { shift: 2, rotate: 10, elastic: true }), { validationData: test });
 *
 * What is done to an image is a function of (seed, epoch, row) alone: the same in batches of any size, however far reading is ahead, and
 * after a resumed training. Movement and distortion are one resampling, bilinear; whole pixels are copied exactly. Noise comes after
 * that, cutout last.
 *
 * @throws NablaError for unknown options, impossible values, and rows that are not images
 */
export function augment(dataset: Dataset, options: AugmentOptions): Dataset {
  const fields = augmentFields();
  checkOptions("augment", options, Object.keys(fields.fields));
  const config = fields.check(options, "augment");
  const shape = imageShapeOf("augment", dataset, config.imageShape);
  checkFill("augment", dataset, config.fill);
  const { inputType, inputScale } = dataset;
  const width = sizeOf(dataset.inputShape);
  const distortion = new Distortion(config, { shape, inputType, inputScale });
  const apply = (rows: Uint32Array, x: Inputs, epoch: number) => {
    for (let i = 0; i < rows.length; i++) distortion.apply(x, i * width, epoch, rows[i]!);
  };
  const images: Dataset = {
    ...dataset,
    read(indices, x, y, epoch) {
      if (epoch === undefined) return dataset.read(indices, x, y);
      wordsOf(epoch, "epoch");
      const pending = dataset.read(indices, x, y, epoch);
      if (!pending) return apply(indices, x, epoch);
      const rows = indices.slice(); // the caller may reuse its array meanwhile
      return pending.then(() => apply(rows, x, epoch));
    },
  };
  return portable(images, (number) => ({ kind: "augment", of: number(dataset), options }));
}
