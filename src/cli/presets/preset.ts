/** What a preset defines: a network and its training. */

import type { ActivationName } from "../../activations/table.ts";
import type { ConfigInput } from "../../config/config.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { LossName } from "../../losses/table.ts";

export type PresetLayer = ConfigInput["model"]["layers"][number];
export type TrainingInput = ConfigInput["training"];
export type Initializer = Extract<PresetLayer, { type?: "dense" }>["kernelInitializer"];

/** What the data requires of a network: of a row, or, with `each`, of every step of it. */
export type Task =
  | { kind: "classes"; classes: number; each?: true }
  /** Values that are all 0 or 1, as in truth tables. */
  | { kind: "binary"; size: number; each?: undefined }
  | { kind: "values"; size: number; each?: true };

/** The training options that affect the network: a penalty is divided by the number of training rows. */
export interface PresetOptions
  extends Pick<Partial<TrainingInput>, "batchSize" | "shifted" | "validationSplit"> {
  hidden?: readonly number[];
  activation?: ActivationName;
  initializer?: Initializer;
  l1?: number;
  l2?: number;
  loss?: LossName;
  /** Wanted: one output for two classes, which a threshold decides. */
  threshold?: number | string;
}

/** What all layers with weights have in common. */
export interface LayerDefaults {
  activation: ActivationName;
  kernelInitializer: Initializer;
  biasInitializer?: Initializer;
  kernelRegularizer?: { l1: number; l2: number };
}

export interface Preset {
  readonly description: string;
  readonly hidden: readonly number[];
  /** Of hidden layers. */
  readonly activation: ActivationName;
  readonly initializer: Initializer;
  /** Where that depends on the layer's outputs; the last layer has `outputInitializer`. */
  initializerOf?(layer: PresetLayer): Initializer;
  readonly biasInitializer?: Initializer;
  /** Of the last layer. Default: as the others, biases zero. */
  readonly outputInitializer?: Initializer;
  readonly outputBiasInitializer?: Initializer;
  /** As in a configuration. Where epochs are left out they follow from `steps`, or are 5. */
  readonly training: Readonly<Partial<TrainingInput>> &
    Required<Pick<TrainingInput, "optimizer" | "batchSize">>;
  /** How many steps small data is given: as many epochs as that takes, from 5 to 100. */
  readonly steps?: number;
  /** Optimizer for targets that are numbers, whose gradients have no bound. Default: the same. */
  readonly regression?: TrainingInput["optimizer"];
  /** λ of a penalty ½ λ Σw² that is divided by the rows or the batches of an epoch. */
  readonly penalty?: { readonly lambda: number; readonly per: "row" | "batch" };
  /** What lies between the image and the dense layers. With it a preset takes images alone. */
  readonly features?: {
    /** The least height and width that leave something after the last pooling. */
    readonly smallest: number;
    layers(common: LayerDefaults): PresetLayer[];
  };
  /** Hidden layers walk the steps of a sequence, and keep a state. Pictures are read row by row. */
  recurrent?(
    name: string,
    dataset: Dataset,
    hidden: readonly number[],
    common: LayerDefaults,
    each: boolean,
  ): PresetLayer[];
  /** Share of the values dropped before each dense layer, but for the inputs themselves. */
  readonly dropout?: number;
  /** The last layer and its loss. Default: what is usual for the task. */
  head?(
    task: Task,
    loss: LossName | undefined,
  ): { units: number; activation: ActivationName; loss: LossName };
  /** Of classes, with the usual last layer. Default categoricalCrossentropy. */
  readonly loss?: LossName;
}
