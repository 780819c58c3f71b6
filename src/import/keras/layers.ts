/** Layers by the names of their classes: what each becomes here. Those of dense and convolutional nets; of others there are pieces (later.ts). */
import { SAME } from "../../interop/keras.ts";
import { ACTIVATION_LAYERS } from "./activationLayers.ts";
import { laterOf, NORMALISED } from "./later.ts";
import type { Handler, Reading } from "./reading.ts";

const same =
  (type: string, names: readonly string[]): Handler =>
  (at) => {
    at.channelsLast();
    const options = at.carried(type, names);
    if (!names.includes("groups")) at.only("groups", "there are no groups in this layer here", 1);
    FURTHER[type]?.(at, options);
    const active = names.includes("activation") ? at.active() : {};
    if (type !== "activation") return at.add(type, options, { active });
    if (active.behind)
      return active.behind.reduce<string | undefined>(
        (before, [next, its], i) => at.add(next, its, { inputs: [before], plain: i > 0 }),
        at.inputs[0],
      );
    return at.add(type, { activation: active.own ?? "linear" });
  };

/** Options that files have in ways of their own. */
const FURTHER: Readonly<Record<string, (at: Reading, options: Record<string, unknown>) => void>> = {
  reshape(_at, options) {
    // JavaScript writes null for what is left
    if (Array.isArray(options.targetShape)) options.targetShape = options.targetShape.map((n) => n ?? -1);
  },
  separableConv2d(at, options) {
    // JavaScript does not write it
    if (options.depthMultiplier === undefined)
      options.depthMultiplier = at.weights("depthwise_kernel", "pointwise_kernel", ...at.bias)[0]!.shape[3];
  },
};

/** What is looked at before a layer that is the same here. */
const BEFORE: Readonly<Record<string, (at: Reading) => void>> = {
  BatchNormalization(at) {
    at.lastAxis();
    at.only("renorm", "batch renormalisation is not here");
    for (const name of ["renorm_momentum", "renorm_clipping"]) at.options.get(name);
  },
  LayerNormalization(at) {
    at.lastAxis();
    at.only("rms_scaling", "normalisation by the root of the mean square is not here");
  },
  GroupNormalization: (at) => at.lastAxis(),
  Dropout: (at) => at.only("noise_shape", "values are dropped one by one here"),
  Dense: (at) => at.only("quantization_config", "weights are float32 here; save the model before quantize()"),
};

/** Values of one pixel are kept as axes of length 1. */
const pooled =
  (type: string): Handler =>
  (at) => {
    at.channelsLast();
    const kept = at.options.get("keepdims") === true;
    const name = at.add(type);
    if (!kept) return name;
    const shape = at.shape();
    return at.add(
      "reshape",
      { targetShape: shape.map((n, i) => (i < shape.length - 1 ? 1 : n)) },
      { inputs: [name], plain: true },
    );
  };

const activationLayer =
  (layer: NonNullable<ReturnType<typeof ACTIVATION_LAYERS.get>>): Handler =>
  (at) =>
    at.add("activation", { activation: layer(at.options, (why) => at.refuse(why)) });

/** Batch normalisation that adds nothing to the variance is how normalisation is said where there is no other. */
const batchNormalization =
  (handler: Handler): Handler =>
  (at) =>
    at.options.get("epsilon") === 0 && ["center", "scale"].every((name) => at.options.get(name) === false)
      ? at.context.handlers.get(NORMALISED)!(at)
      : handler(at);

const others: Readonly<Record<string, Handler>> = {
  Softmax(at) {
    at.lastAxis();
    return at.add("activation", { activation: "softmax" });
  },
  Concatenate(at) {
    const axis = at.options.get("axis");
    return at.add("concatenate", { ...(axis !== undefined && { axis }) });
  },
  Identity: (at) => at.inputs[0],
};

/** What is there at once. */
export const HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ...SAME.filter(([, className]) => !laterOf(className)).map(
    ([type, className, ...names]): [string, Handler] => {
      const plain = /^global/.test(type) ? pooled(type) : same(type, names);
      const handler = type === "batchNormalization" ? batchNormalization(plain) : plain;
      const before = BEFORE[className];
      return [
        className,
        before
          ? (at) => {
              before(at);
              return handler(at);
            }
          : handler,
      ];
    },
  ),
  ...[...ACTIVATION_LAYERS].map(([name, layer]): [string, Handler] => [name, activationLayer(layer)]),
  ...Object.entries(others),
]);
