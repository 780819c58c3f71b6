/** Texts that go on: a token after the other, drawn by what the model says of the next one. */
import { givenOf } from "../data/sequences/given.ts";
import { checkTextInfo, type TextInfo } from "../data/sequences/texts.ts";
import { Vocabulary } from "../data/sequences/vocabulary.ts";
import { NablaError } from "../errors.ts";
import { int, number, string } from "../fields/fields.ts";
import { checkGiven } from "../fields/programs.ts";
import { exp, log } from "../math/elementary.ts";
import { STREAMS, Stream } from "../math/random.ts";
import type { Outputs } from "../network/predict.ts";
import { demandModel, type Forecasting } from "./forecast.ts";

/** How a text goes on. */
export interface GenerateOptions {
  /** What it begins with; default: nothing. Only the last tokens are looked at, as many as the model takes. */
  seedText?: string;
  /** Default 1: tokens are drawn as the model says. Below, likely ones become likelier; 0 takes the likeliest always. */
  temperature?: number;
  /** Draws among the k likeliest tokens; default: all. */
  topK?: number;
  /** Chooses the text among those the model may write; default 0. The same in every engine. */
  seed?: number;
  /** Tokens that are written; default 200. */
  length?: number;
  /** Ends the text where this has been written. */
  stop?: string;
}

/** What a model's file says of its text. @throws NablaError for a model that was trained on something else */
export function textInfoOf(who: string, { metadata }: Pick<Forecasting, "metadata">): TextInfo {
  const info = (metadata.extra as { text?: unknown } | undefined)?.text;
  if (info === undefined)
    throw new NablaError(
      `${who}: the model was not trained on a text: its metadata has no extra.text; train it on what textSplit() gives`,
    );
  return checkTextInfo(info, `${who}: metadata.extra.text`);
}

/**
 * A text behind `seedText`, without it: `generate(model, { seedText: "Once", length: 100, seed: 1 })`.
 *
 * @throws NablaError for a model of something else, and for characters of seedText that its vocabulary lacks
 */
export function generate(model: Forecasting, asked: GenerateOptions = {}): string {
  demandModel("generate", model);
  const options = givenOf("generate", asked);
  checkGiven("generate", options, {
    seedText: string(),
    temperature: number({ min: 0 }),
    topK: int({ min: 1 }),
    length: int({ min: 1 }),
    stop: string(),
    seed: int({ min: 0, wide: true }),
  });
  const { seedText = "", temperature = 1, topK, seed = 0, length = 200, stop } = options;
  const info = textInfoOf("generate", model);
  const vocabulary = new Vocabulary(info.vocabulary);
  const ids = [...vocabulary.encode(seedText, "generate: seedText")];
  const random = new Stream(seed, STREAMS.written);
  const written: number[] = [];
  while (written.length < length) {
    const shares = sharesOfNext(model, info, vocabulary.size, ids);
    // nothing, and what is unknown, cannot be written
    shares[0] = 0;
    if (vocabulary.unknownId !== undefined) shares[vocabulary.unknownId] = 0;
    const id = draw(shares, temperature, topK ?? shares.length, random);
    ids.push(id);
    written.push(id);
    if (stop && vocabulary.decode(written).endsWith(stop)) break;
  }
  return vocabulary.decode(written);
}

/** What the model says of the token behind these, of each id its share. */
function sharesOfNext(
  model: Forecasting,
  info: TextInfo,
  size: number,
  ids: readonly number[],
): Float32Array {
  const { length, encoding, targets } = info;
  const last = ids.slice(-length);
  // of a window that has one answer the beginning is empty; of one with an answer for each step the end, which no step looks at
  const from = targets === "next" && encoding === "oneHot" ? length - last.length : 0;
  const width = encoding === "oneHot" ? size : 1;
  const x = new Float32Array(length * width);
  last.forEach((id, i) => {
    if (encoding === "ids") x[from + i] = id;
    else x[(from + i) * width + id] = 1;
  });
  const shape = encoding === "oneHot" ? [1, length, size] : [1, length];
  const { data } = model.predict({ data: x, shape }) as Outputs;
  if (data.length !== (targets === "each" ? length * size : size))
    throw new NablaError(
      `generate: the model has ${data.length} outputs, but its vocabulary has ${size} ids`,
    );
  const step = targets === "each" ? Math.max(0, last.length - 1) : 0;
  return data.slice(step * size, (step + 1) * size);
}

/** An id by shares^(1 / temperature) among the likeliest; of equals the smaller one is likelier. */
function draw(shares: Float32Array, temperature: number, most: number, random: Stream): number {
  const order = Array.from(shares, (_, id) => id)
    .filter((id) => shares[id]! > 0)
    .sort((a, b) => shares[b]! - shares[a]! || a - b)
    .slice(0, most);
  if (order.length === 0)
    throw new NablaError("generate: the model gives every token a share of 0; was it trained?");
  // drawn all the same: the text before does not decide which numbers come
  const at = random.uniform();
  if (temperature === 0) return order[0]!;
  const best = log(shares[order[0]!]!);
  let sum = 0;
  const sums = order.map((id) => {
    sum += exp((log(shares[id]!) - best) / temperature);
    return sum;
  });
  return order[sums.findIndex((upTo) => at * sum < upTo)] ?? order.at(-1)!;
}
