/** What the visitor chooses before training; kept in the address and in saved models. */
import type { AugmentOptions } from "nabla";

export const NETWORKS = ["logistic", "mlp", "cnn"] as const;
export type NetworkName = (typeof NETWORKS)[number];
export const AUGMENTATIONS = ["none", "light", "strong"] as const;
export type AugmentationName = (typeof AUGMENTATIONS)[number];

export interface Settings {
  readonly network: NetworkName;
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
export const RATES: Readonly<Record<NetworkName, number>> = { logistic: 0.05, mlp: 0.02, cnn: 0.002 };

export const DEFAULTS: Settings = {
  network: "cnn",
  samples: 60_000,
  epochs: 5,
  seed: 1,
  rate: RATES.cnn,
  augment: "light",
};

export const AUGMENT: Readonly<Record<AugmentationName, AugmentOptions | undefined>> = {
  none: undefined,
  light: { shift: 1, rotate: 10 },
  strong: { shift: 1.5, rotate: 15, scale: 0.15, shear: 10 },
};

/** The same as options of the command line. */
export function commandLine(settings: Settings): string {
  const { network, samples, epochs, seed, rate, augment } = settings;
  const parts = [
    "nabla train digits",
    `--model ${network}`,
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

/** What differs from the defaults, as the query of an address. */
export function toQuery(settings: Settings): string {
  const query = new URLSearchParams();
  const usual: Settings = { ...DEFAULTS, rate: RATES[settings.network] };
  for (const key of Object.keys(DEFAULTS) as (keyof Settings)[])
    if (settings[key] !== usual[key]) query.set(key, String(settings[key]));
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
  return {
    settings: {
      network,
      samples: number("samples", DEFAULTS.samples, true),
      epochs: number("epochs", DEFAULTS.epochs, true),
      seed: number("seed", DEFAULTS.seed, true),
      rate: number("rate", RATES[network], false),
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
