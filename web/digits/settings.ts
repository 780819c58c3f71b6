/** What the visitor chooses before training; kept in the address and in saved models. */
import type { AugmentOptions } from "nabla";

export const NETWORKS = ["logistic", "mlp", "cnn", "built"] as const;
export type NetworkName = (typeof NETWORKS)[number];
export const AUGMENTATIONS = ["none", "light", "strong"] as const;
export type AugmentationName = (typeof AUGMENTATIONS)[number];

export const ACTIVATIONS = ["relu", "sigmoid", "tanh"] as const;
export const OPTIMIZERS = ["sgd", "nesterov", "adam"] as const;

export interface Settings {
  readonly network: NetworkName;
  /** Of a network one builds: its hidden layers as layersOf() reads them. */
  readonly layers: string;
  readonly activation: (typeof ACTIVATIONS)[number];
  readonly optimizer: (typeof OPTIMIZERS)[number];
  /** Generated digits to train on; data of one's own is taken whole. */
  readonly samples: number;
  readonly epochs: number;
  readonly seed: number;
  readonly rate: number;
  readonly augment: AugmentationName;
}

export const LIMITS = {
  samples: [100, 200_000],
  epochs: [1, 200],
  seed: [0, 2 ** 32 - 1],
  rate: [1e-6, 10],
} as const;

/** The presets' own rates. */
export const RATES: Readonly<Record<Exclude<NetworkName, "built">, number>> = {
  logistic: 0.05,
  mlp: 0.02,
  cnn: 0.002,
};
/** Of a dense network that predicts a number: that of the preset, whose optimizer is another one then. */
export const NUMBER_RATE = 0.01;
const BUILT_RATES: Readonly<Record<Settings["optimizer"], number>> = {
  sgd: 0.1,
  nesterov: 0.02,
  adam: 0.002,
};

/** The rate that goes with a network or, where one builds it, with the optimizer. */
export const rateOf = ({ network, optimizer }: Pick<Settings, "network" | "optimizer">): number =>
  network === "built" ? BUILT_RATES[optimizer] : RATES[network];

/** Trained in less than half a minute: bench/course.md. */
export const DEFAULTS: Settings = {
  network: "cnn",
  layers: "30",
  activation: "relu",
  optimizer: "nesterov",
  samples: 20_000,
  epochs: 3,
  seed: 1,
  rate: RATES.cnn,
  augment: "light",
};

/** A hidden layer of a network one builds. */
export type BuiltLayer =
  | { readonly kind: "dense" | "convolution"; readonly size: number }
  | { readonly kind: "pooling" };

/** Most layers, units and filters one can build. */
export const MOST = { layers: 8, dense: 512, convolution: 64 } as const;

/** "c8-p-30": a convolution of 8 filters, pooling, 30 units. Empty: none. @returns undefined for anything else */
export function layersOf(text: string): BuiltLayer[] | undefined {
  const parts = text === "" ? [] : text.split("-");
  if (parts.length > MOST.layers) return undefined;
  const layers: BuiltLayer[] = [];
  for (const part of parts) {
    if (part === "p") {
      layers.push({ kind: "pooling" });
      continue;
    }
    if (!/^c?[1-9]\d{0,2}$/.test(part)) return undefined;
    const kind = part[0] === "c" ? "convolution" : "dense";
    const size = Number(part.replace("c", ""));
    if (size > MOST[kind]) return undefined;
    layers.push({ kind, size });
  }
  // after units there are no pictures any more
  const flat = layers.findIndex(({ kind }) => kind === "dense");
  return flat >= 0 && layers.slice(flat).some(({ kind }) => kind !== "dense") ? undefined : layers;
}

/** The other way round. */
export const layersText = (layers: readonly BuiltLayer[]): string =>
  layers
    .map((each) => (each.kind === "pooling" ? "p" : each.kind === "dense" ? each.size : `c${each.size}`))
    .join("-");

/** Whether both make networks of one form. */
export const sameNetwork = (a: Settings, b: Settings): boolean =>
  a.network === b.network &&
  (a.network !== "built" || (a.layers === b.layers && a.activation === b.activation));

export const AUGMENT: Readonly<Record<AugmentationName, AugmentOptions | undefined>> = {
  none: undefined,
  light: { shift: 1, rotate: 10 },
  strong: { shift: 1.5, rotate: 15, scale: 0.15, shear: 10 },
};

/** The same as options of the command line; undefined where it has none for such a network. */
export function commandLine(settings: Settings): string | undefined {
  const { network, samples, epochs, seed, rate, augment, layers, activation, optimizer } = settings;
  const built = network === "built";
  // its layers are dense ones, and there is at least one
  if (built && (layers === "" || /[cp]/.test(layers))) return undefined;
  const parts = [
    "nabla train digits",
    `--model ${built ? "mlp" : network}`,
    ...(built
      ? [`--hidden ${layers.replaceAll("-", ",")}`, `--activation ${activation}`, `--optimizer ${optimizer}`]
      : []),
    `--samples ${samples}`,
    `--epochs ${epochs}`,
    `--seed ${seed}`,
    `--learning-rate ${rate}`,
  ];
  const amounts = Object.entries(AUGMENT[augment] ?? {});
  if (amounts.length > 0)
    parts.push(
      `--augment ${amounts.map(([name, value]) => (value === true ? name : `${name}:${value}`)).join(",")}`,
    );
  return parts.join(" ");
}

/** What only a network one builds has. */
const BUILT: readonly (keyof Settings)[] = ["layers", "activation", "optimizer"];

/** What differs from the defaults, as the query of an address. */
export function toQuery(settings: Settings): string {
  const query = new URLSearchParams();
  const usual: Settings = { ...DEFAULTS, rate: rateOf(settings) };
  for (const key of Object.keys(DEFAULTS) as (keyof Settings)[])
    if (settings.network !== "built" && BUILT.includes(key)) continue;
    else if (settings[key] !== usual[key]) query.set(key, String(settings[key]));
  return query.toString();
}

/** Settings from an address; `ignored` names what makes no sense and was left at its default. */
export function fromQuery(text: string): { settings: Settings; ignored: string[] } {
  const query = new URLSearchParams(text);
  const ignored: string[] = [];
  const found: Record<string, string> = {};
  for (const [key, value] of query) {
    if (Object.hasOwn(DEFAULTS, key)) found[key] = value;
    else ignored.push(key);
  }
  const oneOf = <T extends string>(key: string, names: readonly T[], usual: T): T => {
    const value = found[key];
    const name = names.find((each) => each === value);
    if (value !== undefined && !name) ignored.push(key);
    return name ?? usual;
  };
  const number = (key: keyof typeof LIMITS, usual: number, whole: boolean): number => {
    const text = found[key];
    if (text === undefined) return usual;
    const value = Number(text);
    const [min, max] = LIMITS[key];
    if (text.trim() !== "" && value >= min && value <= max && (!whole || Number.isInteger(value)))
      return value;
    ignored.push(key);
    return usual;
  };
  const network = oneOf("network", NETWORKS, DEFAULTS.network);
  const optimizer = oneOf("optimizer", OPTIMIZERS, DEFAULTS.optimizer);
  const layers = found.layers ?? DEFAULTS.layers;
  const known = layersOf(layers) !== undefined;
  if (!known) ignored.push("layers");
  return {
    settings: {
      network,
      layers: known ? layers : DEFAULTS.layers,
      activation: oneOf("activation", ACTIVATIONS, DEFAULTS.activation),
      optimizer,
      samples: number("samples", DEFAULTS.samples, true),
      epochs: number("epochs", DEFAULTS.epochs, true),
      seed: number("seed", DEFAULTS.seed, true),
      rate: number("rate", rateOf({ network, optimizer }), false),
      augment: oneOf("augment", AUGMENTATIONS, DEFAULTS.augment),
    },
    ignored,
  };
}

/** Settings from a saved model's metadata: anything that does not fit is left at its default. */
export function fromSaved(value: unknown): Settings {
  const fields = typeof value === "object" && value !== null ? Object.entries(value) : [];
  const query = new URLSearchParams(fields.map(([key, each]) => [key, String(each)]));
  return fromQuery(query.toString()).settings;
}
