/** Everything that reads what others wrote. A reader that is added gets a file here, and a line. */
import type { Target } from "../guide/target.ts";
import { csv } from "./csv.ts";
import { gzip } from "./gzip.ts";
import { idx } from "./idx.ts";
import { jpeg } from "./jpeg.ts";
import { npy } from "./npy.ts";
import { npz, zip } from "./npz.ts";
import { png } from "./png.ts";

export const targets: readonly Target[] = [idx, gzip, csv, npy, npz, zip, png, jpeg];
