import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { verifyExport } from "../../../src/export/digest.ts";
import { exportModule, exportWasm } from "../../../src/export/index.ts";
import { joined, utf8 } from "../files.ts";
import type { Sample, Target } from "../guide/target.ts";
import { tabular } from "./models.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
/** Any text with its digest behind it, as an exported ES module has it. */
const sealed: fc.Arbitrary<Sample> = fc.string({ maxLength: 60 }).map((text) => {
  const content = utf8(`// ${text.replaceAll("\n", " ")}\n`);
  return {
    bytes: joined([content, utf8(`// nabla.sha256 ${sha256(content)}\n`)]),
    want: { kind: "js", sha256: sha256(content) },
  };
});
const unsealed: fc.Arbitrary<Sample> = fc
  .tuple(
    fc.constantFrom("\0asm\u0001\0\0\0", "// nabla.sha256 ", "\0", "// "),
    fc.uint8Array({ maxLength: 80 }),
    fc.constantFrom("", "nabla.sha256", "\n", "0".repeat(64)),
  )
  .map(([begin, bytes, end]) => ({ bytes: joined([utf8(begin), bytes, utf8(end)]) }));

/** Exported modules and their digests. What is not exactly as it was made is refused: whatever is taken has the right digest. */
export const exported: Target = {
  name: "exports",
  async seeds() {
    const trained = tabular();
    return [{ bytes: exportWasm(trained).slice() }, { bytes: utf8(exportModule(trained).code) }];
  },
  arbitrary: fc.oneof(sealed, unsealed),
  words: ["nabla.sha256", "// nabla.sha256 ", "\0asm"],
  run(bytes) {
    const { kind, sha256: said } = verifyExport(bytes, "a.wasm");
    const length = kind === "wasm" ? 47 : `// nabla.sha256 ${said}\n`.length;
    if (sha256(bytes.subarray(0, -length)) !== said)
      throw new Error("a changed export was taken for a whole one");
    return { kind, sha256: said };
  },
};
