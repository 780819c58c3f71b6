/**
 * All programs that are loaded when they are used, at once: for hosts that forbid import(), as service workers and backgrounds of
 * extensions do.
 *
 *     import "nabla/static";
 */

import { core as dense } from "#core/dense-training";
import { core as images } from "#core/images-training";
import { core as full } from "#core/training";
import { denseBuild } from "./core/dense.ts";
import { fullBuild } from "./core/full.ts";
import { imagesBuild } from "./core/images.ts";
import * as augment from "./data/augment/fit.ts";
import * as sequences from "./data/sequences/openSequences.ts";
import { STATIC } from "./errors.ts";
import * as metrics from "./metrics/all.ts";
import * as fit from "./model/fitting.ts";
import * as listing from "./model/listing.ts";
import * as rows from "./network/tableAnswers.ts";
import * as threads from "./threads/use.ts";
import * as manual from "./training/byHand.ts";
import * as evaluate from "./training/scoring.ts";
import * as shards from "./training/shards.ts";
import * as spread from "./training/spread.ts";
import * as stream from "./training/streamFit.ts";
import * as trainer from "./training/trainer.ts";
import * as remote from "./worker/train.ts";

Object.assign(STATIC, {
  ...augment,
  ...sequences,
  ...metrics,
  ...fit,
  ...listing,
  ...evaluate,
  ...manual,
  ...shards,
  ...spread,
  ...stream,
  ...threads,
  ...trainer,
  ...remote,
  ...rows,
});

for (const [build, core] of [
  [denseBuild, dense],
  [imagesBuild, images],
  [fullBuild, full],
] as const)
  Object.assign(build, { training: async () => ({ core }) });
