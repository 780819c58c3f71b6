/** --augment shift:2,rotate:10,elastic: the short form of a configuration's `training.augment`. */
import type { ConfigInput } from "../../config/config.ts";
import { augmentFields } from "../../data/augment/fields.ts";
import { didYouMean, NablaError, prefixed } from "../../errors.ts";
import { show } from "../../fields/fields.ts";

type Augment = NonNullable<ConfigInput["training"]["augment"]>;

const NAMES = Object.keys(augmentFields().fields);

/** What a number alone, or numbers with an × between them, mean. */
const VALUES: Readonly<Record<string, (numbers: number[]) => unknown>> = {
  elastic: (numbers) => (numbers.length > 2 ? numbers : { alpha: numbers[0], sigma: numbers[1] }),
  imageShape: (numbers) => numbers,
};

/**
 * @param text names separated by commas, each with its value after a colon; values of two numbers are written 2x1, so
 *   elastic:34x4 is { alpha: 34, sigma: 4 }
 * @throws NablaError beginning with `--augment`
 */
export function augmentation(text: string): Augment {
  const found: Record<string, unknown> = {};
  for (const part of text.split(",")) {
    const [name, value, ...more] = part.trim().split(":");
    if (!NAMES.includes(name!)) {
      throw new NablaError(
        `--augment: there is no ${show(name)}${didYouMean(name!, NAMES) || ";"} expected some of ${NAMES.join(", ")}, like shift:2,rotate:10,elastic`,
      );
    }
    if (Object.hasOwn(found, name!)) throw new NablaError(`--augment: ${name} is there twice`);
    if (more.length > 0)
      throw new NablaError(`--augment: ${part.trim()}: expected one value, like shift:2 or shift:2x1`);
    found[name!] = readValue(name!, value);
  }
  return prefixed("--", () => augmentFields().check(found, "augment"));
}

/** A name alone means true; the check decides whether that is allowed. */
function readValue(name: string, text: string | undefined): unknown {
  if (text === undefined) return true;
  const parts = text.split(/[x×]/);
  if (!parts.every((part) => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(part))) return text;
  const numbers = parts.map(Number);
  const make = VALUES[name];
  if (make) return make(numbers);
  return numbers.length === 1 ? numbers[0] : numbers;
}
