/** What reads layers that many files do not have: a piece of code for some classes, loaded when a file names one of them. */
import type { Building } from "../building.ts";
import { classOf, field, isObject } from "./json.ts";
import type { Code, Handler } from "./reading.ts";

/** Batch normalisation that adds nothing to the variance. The name of no class. */
export const NORMALISED = "(normalisation)";

type Handlers = Readonly<Record<string, Handler>>;

/** Pieces, and the classes that each reads. */
export const LATER: readonly (readonly [classes: string, load: () => Promise<Handlers>])[] = [
  [
    "SimpleRNN LSTM GRU CuDNNLSTM CuDNNGRU Bidirectional TimeDistributed RNN",
    async () => (await import("./recurrent.ts")).recurrent,
  ],
  ["Attention MultiHeadAttention EinsumDense", async () => (await import("./attention.ts")).attending],
  [
    "DepthwiseConv1D DepthwiseConv2D SeparableConv1D Conv1DTranspose",
    async () => (await import("./convolutions.ts")).convolutions,
  ],
  [
    "Add Subtract Multiply TrueDivide Divide TFOpLambda",
    async () => (await import("./operations.ts")).operations,
  ],
  [
    `PReLU Dot Rescaling Normalization SpatialDropout1D SpatialDropout2D GaussianDropout AlphaDropout ActivityRegularization ${NORMALISED} RandomFlip RandomRotation RandomZoom RandomTranslation RandomContrast RandomBrightness`,
    async () => (await import("./rare.ts")).rare,
  ],
];

/** The piece that reads a class. */
export const laterOf = (className: string) =>
  LATER.find(([classes]) => classes.split(" ").includes(className));

/** What describes how a layer begins or is connected, and no layer. */
const NO_LAYERS = /_initializer$|_regularizer$|_constraint$|^(?:dtype|inbound_nodes|build_config)$/;

/** Models, and where they begin. */
const NO_CLASS = /^(?:Sequential|Functional|Model|InputLayer)$/;

/** What a description names: classes, of layers within others as well, and whether there are graphs among its models. */
function namedIn(described: unknown): { classes: Set<string>; graphs: boolean } {
  const classes = new Set<string>();
  let graphs = false;
  const waiting = [described];
  while (waiting.length > 0) {
    const one = waiting.pop();
    if (Array.isArray(one)) for (const each of one) waiting.push(each);
    if (!isObject(one)) continue;
    const className = classOf(one);
    if (className !== undefined) classes.add(className);
    if (className === "BatchNormalization" && field(field(one, "config"), "epsilon") === 0)
      classes.add(NORMALISED);
    graphs ||= field(one, "input_layers") !== undefined;
    for (const key of Object.keys(one)) if (!NO_LAYERS.test(key)) waiting.push(one[key]);
  }
  return { classes, graphs };
}

/**
 * @param known what is there already
 * @throws NablaError where a piece cannot be loaded
 */
export async function codeFor(
  described: unknown,
  known: ReadonlyMap<string, Handler>,
  building: Building,
): Promise<Code> {
  const { classes, graphs } = namedIn(described);
  const pieces = new Set([...classes].flatMap((name) => laterOf(name)?.[1] ?? []));
  const graphCode = graphs ? building.piece(() => import("./functional.ts")) : undefined;
  const loaded = await Promise.all(Array.from(pieces, (load) => building.piece(load)));
  const handlers = new Map([...known, ...loaded.flatMap((piece) => Object.entries(piece))]);
  const isAbsent = [...classes].some((name) => !NO_CLASS.test(name) && !handlers.has(name));
  const absent = isAbsent ? await building.piece(() => import("./absent.ts")) : undefined;
  return {
    handlers,
    graphs: await graphCode,
    whyAbsent: (name) => absent?.whyAbsent(name) ?? "there is no such layer here",
  };
}
