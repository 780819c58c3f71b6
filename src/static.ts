/**
 * All programs that are loaded when they are used, at once: for hosts that forbid import(), as service workers and backgrounds of
 * extensions do.
 *
 *     import "nabla/static";
 */
import * as images from "./data/augment/fit.ts";
import { STATIC } from "./errors.ts";
import * as metrics from "./metrics/all.ts";
import * as fit from "./model/fitting.ts";
import * as listing from "./model/listing.ts";
import * as threads from "./threads/use.ts";
import * as evaluate from "./training/evaluate.ts";
import * as manual from "./training/manual.ts";
import * as stream from "./training/streamFit.ts";
import * as trainer from "./training/trainer.ts";
import * as remote from "./worker/train.ts";

Object.assign(STATIC, {
  ...images,
  ...metrics,
  ...fit,
  ...listing,
  ...evaluate,
  ...manual,
  ...stream,
  ...threads,
  ...trainer,
  ...remote,
});
