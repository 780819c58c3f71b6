/** State dicts: what torch.save() wrote, changed; and pickles that are programs. */
import * as fc from "fast-check";
import { unzip, zipEntries } from "../../../src/data/numpy/zip.ts";
import { loadStateDict } from "../../../src/import/pytorch/index.ts";
import { dense, sequential } from "../../../src/index.ts";
import made from "../../import/pytorch/nets.json";
import { writeZip } from "../../support/data/npy.ts";
import type { Layer, Sample, Target } from "../guide/target.ts";

const bytesOf = (text: string): Uint8Array => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const files = made as unknown as {
  nets: Record<string, Record<string, string>>;
  refused: Record<string, string>;
};
const real = (name: string, kind = "pt"): Sample => ({ bytes: bytesOf(files.nets[name]![kind]!) });

/** The first entry whose name ends so; the archive is written anew. */
const entryLayer = (end: string): Layer => ({
  open(bytes) {
    try {
      const all = zipEntries(bytes, "a.pt").map((entry) => ({
        name: entry.name,
        content: unzip(bytes, entry, entry.name),
      }));
      const at = all.findIndex(({ name }) => name.endsWith(end));
      if (at < 0) return undefined;
      return {
        inner: all[at]!.content,
        close: (inner) => writeZip(all.map((entry, i) => (i === at ? { ...entry, content: inner } : entry))),
      };
    } catch {
      return undefined;
    }
  },
});

/** Instructions of pickles, one after the other, whatever they do. */
const instruction = fc.oneof(
  fc.constantFrom(..."(.)]}tbaeusR0NQ\x85\x86\x87\x88\x89\x94\x81".split("")),
  fc.constantFrom("cos\nsystem\n", "ctorch\nFloatStorage\n", "ccollections\nOrderedDict\n"),
  fc.constantFrom(
    "ctorch._utils\n_rebuild_tensor_v2\n",
    "c__builtin__\neval\n",
    "\x8c\x09__proto__",
    "\x8c\x01w",
  ),
  fc.constantFrom(
    "K\x01",
    "K\x03",
    "J\xff\xff\xff\x7f",
    "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f",
    "q\x00",
    "h\x00",
  ),
);
const program: fc.Arbitrary<Sample> = fc.array(instruction, { maxLength: 40 }).map((all) => ({
  bytes: writeZip([
    {
      name: "a/data.pkl",
      content: Uint8Array.from(`\x80\x02${all.join("")}.`, (sign) => sign.charCodeAt(0)),
    },
    { name: "a/data/0", content: new Uint8Array(80) },
  ]),
}));
const right: fc.Arbitrary<Sample> = fc
  .constantFrom("mlp", "views", "half", "checkpoint", "parallel", "double")
  .map((name) => real(name));

const model = sequential(
  [
    dense({ units: 5, name: "fc1" }),
    dense({ units: 5, name: "fc2" }),
    dense({ units: 3, useBias: false, name: "out" }),
  ],
  { inputShape: [4] },
);

export const pytorch: Target = {
  name: "pytorch",
  seeds: () => [
    real("mlp"),
    real("mlp", "safetensors"),
    real("views"),
    real("half"),
    real("checkpoint"),
    real("mlp"),
    ...Object.values(files.refused).map((text) => ({ bytes: bytesOf(text) })),
  ],
  arbitrary: fc.oneof(right, program),
  layers: [entryLayer("data.pkl"), entryLayer("data/0"), entryLayer("byteorder")],
  words: ["fc1.weight", "out.weight", "__proto__", "HalfStorage", "big", "code/", "_rebuild_parameter"],
  run(bytes) {
    const { loaded, kept, unused } = loadStateDict(model, bytes, "a.pt", false);
    return { loaded, kept, unused, weights: model.weights() };
  },
};
