/** Layers by the names of their classes: what each becomes here. */
import { MERGE_MODES, SAME } from "../../interop/keras.ts";
import { ABSENT } from "./absent.ts";
import { ACTIVATION_LAYERS } from "./activationLayers.ts";
import { attending } from "./attention.ts";
import { type Handler, optionsOf } from "./carry.ts";
import { convolutions } from "./convolutions.ts";
import { operations } from "./operations.ts";
import type { Reading } from "./reading.ts";
import { recurrent, recurrentLayers, withStates } from "./recurrent.ts";

const same =
  (type: string, names: readonly string[]): Handler =>
  (at) => {
    at.channelsLast();
    const options = optionsOf(at, type, names);
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

/** Layers that do nothing where nothing is trained. */
const absentAtRest =
  (what: string): Handler =>
  (at) => {
    at.options.passOn();
    at.note(what);
    return at.inputs[0];
  };

const activationLayer =
  (layer: NonNullable<ReturnType<typeof ACTIVATION_LAYERS.get>>): Handler =>
  (at) =>
    at.add("activation", { activation: layer(at.options, (why) => at.refuse(why)) });

/** Batch normalisation that adds nothing to the variance is how normalisation is said where there is no other. */
const batchNormalization =
  (handler: Handler): Handler =>
  (at) => {
    const whole = ["center", "scale"].every((name) => at.options.get(name) === false);
    if (at.options.get("epsilon") !== 0 || !whole) return handler(at);
    at.options.passOn();
    at.lastAxis();
    const [mean, variance] = at.weights("moving_mean", "moving_variance");
    return normalized(at, [...mean!.data()], [...variance!.data()]);
  };

const others: Readonly<Record<string, Handler>> = {
  Softmax(at) {
    at.lastAxis();
    return at.add("activation", { activation: "softmax" });
  },
  PReLU(at) {
    const sharedAxes = at.numbers("shared_axes");
    return at.add("prelu", { ...(sharedAxes && { sharedAxes }) });
  },
  Concatenate(at) {
    const axis = at.options.get("axis");
    return at.add("concatenate", { ...(axis !== undefined && { axis }) });
  },
  Dot(at) {
    at.only("normalize", "vectors are not brought to length 1 here");
    return at.add("dot", { axes: at.options.get("axes") ?? -1 });
  },
  Minimum: same("minimum", []),
  Identity: (at) => at.inputs[0],
  Rescaling(at) {
    const [scale = [1], offset = [0]] = [at.numbers("scale"), at.numbers("offset")];
    if (scale.length === 1 && offset.length === 1)
      return at.add("rescaling", { scale: scale[0], offset: offset[0] });
    // scale · x + offset = (x − mean) / √variance
    const channels = Math.max(scale.length, offset.length);
    const of = (list: readonly number[], i: number) => (list.length === 1 ? list[0]! : list[i]!);
    const each = Array.from({ length: channels }, (_, i) => ({ by: of(scale, i), plus: of(offset, i) }));
    if (each.some(({ by, plus }) => !(by > 0) || !Number.isFinite(plus))) {
      at.refuse("scales of channels that are not above 0; use batch normalisation instead");
      return undefined;
    }
    return normalized(
      at,
      each.map(({ by, plus }) => -plus / by),
      each.map(({ by }) => 1 / (by * by)),
    );
  },
  Normalization(at) {
    at.only("invert", "values are not brought back here");
    const [mean, variance] = [at.options.get("mean"), at.options.get("variance")];
    const flat = (value: unknown): number[] => [value].flat(8) as number[];
    const axis = at.options.get("axis") ?? null;
    if (mean !== undefined) return normalized(at, flat(mean), flat(variance), axis);
    const [m, v] = at.weights("mean", "variance", "count");
    return normalized(at, [...m!.data()], [...v!.data()], axis);
  },
  SpatialDropout1D: (at) => spatial(at),
  SpatialDropout2D: (at) => spatial(at),
  GaussianDropout: absentAtRest("is left out: there is no such noise here"),
  AlphaDropout: absentAtRest("is left out: there is no such noise here"),
  ActivityRegularization: absentAtRest("is left out: there are penalties on weights alone"),
  Bidirectional: (at) => bidirectional(at),
  ...Object.fromEntries(
    ["Flip", "Rotation", "Zoom", "Translation", "Contrast", "Brightness"].map((name): [string, Handler] => [
      `Random${name}`,
      absentAtRest("is left out: pictures are changed where they are read here, with { augment }"),
    ]),
  ),
};

function spatial(at: Reading) {
  at.channelsLast();
  at.note("drops single values here, not channels");
  return at.add("dropout", { rate: at.options.get("rate") });
}

/** Means that do not depend on the file's weights. Its own are what the layer begins with. */
function normalized(
  at: Reading,
  mean: readonly number[],
  variance: readonly number[],
  axis: unknown = -1,
): string {
  // Keras divides by 1e-7 where a variance is 0
  const safe = variance.map((value) => Math.max(value, 1e-14));
  const counted = axis === -1 && mean.length === 1 ? null : axis;
  at.shape();
  return at.sink.add(
    "normalization",
    { axis: counted, mean: [...mean], variance: safe },
    [at.inputs[0]!],
    at.name,
    (parameters) =>
      Object.fromEntries(
        parameters.map(({ name, shape, spec }) => [
          name,
          { shape, data: () => Float32Array.from(spec.values ?? []) },
        ]),
      ),
  );
}

function bidirectional(at: Reading): string | undefined {
  const mode = at.options.get("merge_mode") ?? null;
  const found = MERGE_MODES.find(([, keras]) => keras === mode);
  if (!found)
    at.refuse(`merge_mode ${JSON.stringify(mode)}: the outputs of both directions are put together here`);
  const walks = recurrentLayers(at);
  if (!walks || !found) return undefined;
  const { layers: layer, weights } = walks;
  return withStates(at, at.add("bidirectional", { layer, mergeMode: found[0] }, { weights }), layer);
}

export const HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ...SAME.map(([type, className, ...names]): [string, Handler] => {
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
  }),
  ...[...ACTIVATION_LAYERS].map(([name, layer]): [string, Handler] => [name, activationLayer(layer)]),
  ...Object.entries(others),
  ...Object.entries(convolutions),
  ...Object.entries(recurrent),
  ...Object.entries(attending),
  ...Object.entries(operations),
]);

export const whyAbsent = (className: string): string =>
  ABSENT.find(([pattern]) => pattern.test(className))?.[1] ??
  'there is no such layer here; if it is your own, build it of others, or export the model as ONNX (model.export(file, format="onnx"))';
