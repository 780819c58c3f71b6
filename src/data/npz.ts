/** NumPy's archives of several arrays. */

import { unzipSync } from "fflate";
import { didYouMean, messageOf, NablaError } from "../errors.ts";
import { tagOf } from "../tags.ts";
import { arrayDataset } from "./arrays.ts";
import type { DataSplit, Dataset } from "./dataset.ts";
import { MAX_UNPACKED } from "./gzip.ts";
import { type Npy, parseNpy } from "./npy.ts";
import { withHeader } from "./portable.ts";

/** The names under which the arrays of a data set are commonly stored: inputs, targets, and the same for a test part. */
const LAYOUTS = [
  ["x_train", "y_train", "x_test", "y_test"],
  ["x", "y", "x_test", "y_test"],
  ["X", "y", "X_test", "y_test"],
  ["data", "labels", "test_data", "test_labels"],
  ["images", "labels", "test_images", "test_labels"],
  ["train_images", "train_labels", "test_images", "test_labels"],
] as const;

/**
 * Unpacks a `.npz` archive into its arrays by name (without `.npy`). It may claim to unpack to any size; more than `limit` bytes
 * (default 2 GiB) are refused unread.
 */
export function parseNpz(bytes: Uint8Array, name: string, limit = MAX_UNPACKED): Map<string, Npy> {
  let total = 0;
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes, {
      filter(file) {
        if (!file.name.endsWith(".npy")) return false;
        total += file.originalSize;
        if (total > limit) {
          throw new NablaError(`${name}: unpacks to more than ${limit} bytes (at ${file.name})`);
        }
        return true;
      },
    });
  } catch (cause) {
    if (cause instanceof NablaError) throw cause;
    throw new NablaError(`${name}: broken .npz archive: ${messageOf(cause)}`, {
      cause,
    });
  }
  const arrays = new Map<string, Npy>();
  for (const [file, content] of Object.entries(files)) {
    arrays.set(file.slice(0, -4), parseNpy(content, `${name}: ${file}`));
  }
  return arrays;
}

/**
 * The data set in a `.npz` archive: x_train and y_train (with x_test and y_test), or x and y, or data and labels.
 * Images [n, h, w] get a channel, [h, w, 1]. uint8 inputs stay uint8.
 */
export function npzSplit(bytes: Uint8Array, name: string, limit = MAX_UNPACKED): DataSplit {
  const arrays = parseNpz(bytes, name, limit);
  const layout = LAYOUTS.find(([x, y]) => arrays.has(x) && arrays.has(y));
  if (!layout) {
    const names = [...arrays.keys()];
    const hint = names.map((got) => didYouMean(got, LAYOUTS.flat())).find(Boolean) ?? "";
    throw new NablaError(
      `${name}: expected arrays named ${LAYOUTS.map(([x, y]) => `${x} and ${y}`).join(", or ")}; found ${names.join(", ") || "none"}${hint}`,
    );
  }
  const [x, y, testX, testY] = layout.map((key) => arrays.get(key));
  const train = fromArrays(x!, y!, name);
  if (!testX || !testY) return { train };
  const test = fromArrays(testX, testY, `${name} (test)`);
  if (train.target.kind !== "class" || test.target.kind !== "class") return { train, test };
  const classes = Math.max(train.target.classes, test.target.classes);
  const same = { kind: "class", classes } as const;
  return { train: withHeader(train, { target: same }), test: withHeader(test, { target: same }) };
}

function fromArrays(x: Npy, y: Npy, name: string): Dataset {
  const shape = x.shape.length === 3 ? [...x.shape, 1] : x.shape;
  // Labels are often stored as a column.
  const column = y.shape.length === 2 && y.shape[1] === 1 && !/^Float/.test(tagOf(y.data));
  return arrayDataset(
    { data: x.data, shape },
    { data: y.data, shape: column ? [y.shape[0]!] : y.shape },
    { name },
  );
}
