/** Everything that reads what others wrote. A reader that is added gets a file here, and a line. */
import type { Target } from "../guide/target.ts";
import { model, predictor } from "./checkpoint.ts";
import { commandLine } from "./commandLine.ts";
import { config } from "./config.ts";
import { csv } from "./csv.ts";
import { exported } from "./exported.ts";
import { folder } from "./folder.ts";
import { gzip } from "./gzip.ts";
import { hdf5 } from "./hdf5.ts";
import { idx } from "./idx.ts";
import { jpeg } from "./jpeg.ts";
import { brainjs, convnetjs } from "./jsonModels.ts";
import { jsonRows } from "./jsonRows.ts";
import { keras } from "./keras.ts";
import { npy } from "./npy.ts";
import { npz, zip } from "./npz.ts";
import { onnx } from "./onnx.ts";
import { playground } from "./playground.ts";
import { png } from "./png.ts";
import { pytorch } from "./pytorch.ts";
import { safetensors } from "./safetensors.ts";
import { records } from "./tables.ts";
import { tfjs } from "./tfjs.ts";
import { workerMessages } from "./workerMessages.ts";

export const targets: readonly Target[] = [
  idx,
  gzip,
  csv,
  npy,
  npz,
  zip,
  png,
  jpeg,
  folder,
  safetensors,
  model,
  predictor,
  config,
  jsonRows,
  exported,
  onnx,
  tfjs,
  hdf5,
  keras,
  pytorch,
  brainjs,
  convnetjs,
  records,
  playground,
  commandLine,
  workerMessages,
];
