/** Layers that few nets have, and those that prepare inputs. */
import type { Handler, Reading } from "./reading.ts";

/** Layers that do nothing where nothing is trained. */
const absentAtRest =
  (what: string): Handler =>
  (at) => {
    at.options.passOn();
    at.note(what);
    return at.inputs[0];
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

export const rare: Readonly<Record<string, Handler>> = {
  PReLU(at) {
    const sharedAxes = at.numbers("shared_axes");
    return at.add("prelu", { ...(sharedAxes && { sharedAxes }) });
  },
  Dot(at) {
    at.only("normalize", "vectors are not brought to length 1 here");
    return at.add("dot", { axes: at.options.get("axes") ?? -1 });
  },
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
  // NORMALISED of later.ts
  "(normalisation)"(at) {
    at.options.passOn();
    at.lastAxis();
    const [mean, variance] = at.weights("moving_mean", "moving_variance");
    return normalized(at, [...mean!.data()], [...variance!.data()]);
  },
  ...Object.fromEntries(
    ["Flip", "Rotation", "Zoom", "Translation", "Contrast", "Brightness"].map((name): [string, Handler] => [
      `Random${name}`,
      absentAtRest("is left out: pictures are changed where they are read here, with { augment }"),
    ]),
  ),
};
