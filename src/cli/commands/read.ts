/** nabla read */

import { decodeImageFile } from "../../node/images/decode.ts";
import { readDigits } from "../../reading/index.ts";
import type { Terminal } from "../../report/terminal.ts";
import { percent } from "../../report/text/format.ts";
import { openModel } from "../input/openModel.ts";
import { checkSingle } from "../input/single.ts";

export async function readCommand(
  path: string,
  pictures: string[],
  flags: { json?: boolean },
  { bold, dim, print, printJson }: Terminal,
): Promise<number> {
  const model = await openModel(path);
  checkSingle(model, path);
  // everything is read before anything is printed
  const readings = [];
  for (const name of pictures)
    readings.push({ input: name, ...readDigits(model, await decodeImageFile(name), { name }) });
  for (const reading of readings) {
    if (flags.json) {
      printJson(reading);
      continue;
    }
    const each = reading.digits.map(({ digit, confidence }) => `${digit} ${percent(confidence)}`).join(", ");
    print(`${reading.input}: ${bold(reading.text)} ${percent(reading.confidence)}${dim(`   ${each}`)}`);
  }
  return 0;
}
