import * as fc from "fast-check";
import { fromQuery as digitsFrom, toQuery as digitsQuery, fromSaved } from "../../../web/digits/settings.ts";
import { fromQuery as planeFrom, toQuery as planeQuery } from "../../../web/plane/state/state.ts";
import { utf8 } from "../files.ts";
import type { Sample, Target } from "../guide/target.ts";

const KEYS = [
  "data",
  "classes",
  "samples",
  "noise",
  "test",
  "seed",
  "points",
  "features",
  "net",
  "activation",
  "init",
  "loss",
  "optimizer",
  "rate",
  "schedule",
  "l1",
  "l2",
  "dropout",
  "batch",
  "race",
  "rates",
  "network",
  "epochs",
  "augment",
];
const value = fc.oneof(
  fc.constantFrom(
    "moons",
    "painted",
    "6,4",
    "none",
    "x,y",
    "1e400",
    "-1",
    "0x10",
    "AAAA",
    "____",
    "1".repeat(9000),
    "__proto__",
    "<script>",
    "%",
    "%00",
    "\u0000",
    "tanh",
    "cosine:0,300",
    "1",
    "0",
    "",
  ),
  fc.double().map(String),
  fc.string({ maxLength: 12, unit: "binary" }),
);
const written: fc.Arbitrary<Sample> = fc
  .tuple(
    fc.constantFrom("#/plane?", "#/digits?", "#plane?", "#/?", "?", "#/x?a?", ""),
    fc.array(
      fc.tuple(
        fc.oneof(
          { weight: 9, arbitrary: fc.constantFrom(...KEYS) },
          { weight: 1, arbitrary: fc.string({ maxLength: 60 }) },
        ),
        value,
      ),
      { maxLength: 8 },
    ),
    fc.boolean(),
  )
  .map(([start, pairs, encode]) => ({
    bytes: utf8(
      start + pairs.map(([key, text]) => `${key}=${encode ? encodeURIComponent(text) : text}`).join("&"),
    ),
  }));

/** What a view's address must be after it was read: the same state again. */
function stable<S>(
  query: string,
  from: (query: string) => S,
  to: (state: S) => string,
): { state: S; again: string } {
  const state = from(query);
  const again = to(state);
  if (to(from(again)) !== again) throw new Error(`an address that changes when it is read: ${again}`);
  return { state, again };
}

/** Addresses: of the playground's views, and what a saved model says of its settings. */
export const playground: Target = {
  name: "playground",
  seeds: () =>
    [
      "#/plane?data=spirals&net=8,8&activation=relu",
      "#/digits?network=mlp&samples=500",
      "#/plane?data=painted&points=gICAAA",
      "#/plane?race=1&rates=1,1,1,1&schedule=cosine:0,300&features=x,xy",
    ].map((text) => ({ bytes: utf8(text) })),
  arbitrary: written,
  words: [...KEYS, "painted", "spirals", "sinx", "none", "heNormal", "momentum"],
  run(bytes) {
    const text = new TextDecoder().decode(bytes);
    const query = text.slice(text.indexOf("?") + 1);
    const plane = planeFrom(query);
    const digits = digitsFrom(query);
    for (const notice of plane.notices)
      if (notice.length > 400) throw new Error(`a notice of ${notice.length} characters`);
    const saved = fromSaved(Object.fromEntries(new URLSearchParams(query)));
    return {
      plane,
      digits,
      saved,
      planeAgain: stable(query, (each) => planeFrom(each).state, planeQuery),
      digitsAgain: stable(query, (each) => digitsFrom(each).settings, digitsQuery),
    };
  },
};
