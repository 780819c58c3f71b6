/** nabla generate */
import { unknownText, Vocabulary } from "../../data/sequences/vocabulary.ts";
import { NablaError } from "../../errors.ts";
import type { Terminal } from "../../report/terminal.ts";
import { generate } from "../../sequences/generate.ts";
import { openModel } from "../input/openModel.ts";
import { textOf } from "../input/texts.ts";

interface GenerateFlags {
  prompt?: string;
  length?: number;
  temperature?: number;
  topK?: number;
  seed?: number;
  json?: boolean;
}

export async function generateCommand(
  path: string,
  flags: GenerateFlags,
  { bold, errors, print, printJson }: Terminal,
): Promise<number> {
  const model = await openModel(path);
  const info = textOf(model);
  if (!info)
    throw new NablaError(
      `generate: ${path} was not trained on a text: nabla train text.txt --model chars --out model.safetensors makes such a model`,
    );
  const { prompt = "", length, temperature, topK, seed } = flags;
  const vocabulary = new Vocabulary(info.vocabulary);
  const { unknown } = vocabulary.tokenise(prompt);
  if (unknown.size > 0 && vocabulary.unknownId !== undefined)
    errors.write(
      `nabla: --prompt: ${unknownText(unknown, info.vocabulary.kind)} not in the vocabulary of ${path}\n`,
    );
  const text = generate(model, {
    seedText: prompt,
    ...(length !== undefined && { length }),
    ...(temperature !== undefined && { temperature }),
    ...(topK !== undefined && { topK }),
    ...(seed !== undefined && { seed }),
  });
  if (flags.json) printJson({ prompt, text });
  else {
    const between =
      info.vocabulary.kind === "words" && prompt !== "" && /^[\p{L}\p{N}]/u.test(text) ? " " : "";
    print(`${bold(prompt)}${between}${text}`);
  }
  return 0;
}
