/** NumPy's archives of arrays (.npz), and its files of one array (.npy), which hold inputs to predict from but no data set. */

import { sha256Hex } from "../../checkpoint/sha256.ts";
import { NablaError } from "../../errors.ts";
import { object } from "../../fields/objects.ts";
import { parseNpy } from "../numpy/npy.ts";
import { type NpzSplitOptions, npzFields, npzSplit, onlyInputs } from "../numpy/split.ts";
import { contentOf, headOf, latin } from "./content.ts";
import { LIKELY, NO, type Reader, SURE } from "./reader.ts";

const ZIP = "PK\x03\x04";
const EMPTY = "PK\x05\x06";
const NPY = "\x93NUMPY";

type NpzReading = Omit<NpzSplitOptions, "limit">;

export const npz: Reader<"npz", NpzReading> = {
  kind: "npz",
  title: "npz archive",
  from: "file",
  expected: "a .npz archive",
  fields: () => object(npzFields()),
  async recognise({ of }, host) {
    if (of.kind === "folder") return NO;
    const start = latin(await headOf(of, host));
    if (start.startsWith(ZIP) || start.startsWith(EMPTY) || start.startsWith(NPY)) return SURE;
    return /\.np[yz]$/i.test(of.name) ? LIKELY : NO;
  },
  async open({ of, where }, host, options) {
    if (of.kind === "folder") throw new NablaError(`${where}: expected a .npz archive, got a folder`);
    const start = latin(await headOf(of, host));
    if (start.startsWith(NPY) || /\.npy$/i.test(of.name))
      throw new NablaError(
        `${where}: a .npy file holds one array, but inputs and targets are needed; store both with numpy.savez(path, x=…, y=…)`,
      );
    if (start.includes("[Content_Types].xml") || /\.(xlsx|xlsm|ods)$/i.test(of.name))
      throw new NablaError(`${where}: a workbook of a spreadsheet; save its sheet as CSV (.csv)`);
    if (/\.zip$/i.test(of.name) && !start.includes(".npy"))
      throw new NablaError(`${where}: a zip archive; unpack it, and choose the folder or the files in it`);
    const { arrays } = host.limits;
    const bytes = await contentOf(of, arrays, host.more);
    return { ...npzSplit(bytes, where, { ...options, limit: arrays }), fingerprint: sha256Hex(bytes) };
  },
  array: {
    expected: "a .npy file (it begins 93 4e 55 4d 50 59)",
    read(bytes, name) {
      const start = latin(bytes.subarray(0, 8));
      if (start.startsWith(ZIP)) return onlyInputs(bytes, name);
      return bytes[0] === NPY.charCodeAt(0) ? parseNpy(bytes, name) : undefined;
    },
  },
};
