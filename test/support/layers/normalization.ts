/**
 * Normalisation: y = gamma · (x − mean) / √(variance + epsilon) + beta. Variances are those of the population (divided by n), in
 * the moving averages too, as in Keras.
 */
import { type ConfigOf, type ReferenceLayer, type Shape, size, type Tensors } from "./types.ts";

/**
 * @param sets which values have a mean and variance in common: the index of its set for each value
 * @param given use these instead, set by set
 */
function normalize(
  x: Float64Array,
  sets: (i: number) => number,
  count: number,
  epsilon: number,
  given?: { mean: Float64Array; variance: Float64Array },
) {
  const mean = new Float64Array(count);
  const variance = new Float64Array(count);
  const n = x.length / count;
  for (let i = 0; i < x.length; i++) mean[sets(i)] += x[i] / n;
  for (let i = 0; i < x.length; i++) variance[sets(i)] += (x[i] - mean[sets(i)]) ** 2 / n;
  const used = given ?? { mean, variance };
  const deviation = Array.from(used.variance, (v) => Math.sqrt(v + epsilon));
  const normal = x.map((v, i) => (v - used.mean[sets(i)]) / deviation[sets(i)]);
  /** dx for the gradient of the normalised values; given statistics do not depend on x. */
  const back = (d: Float64Array): Float64Array => {
    const meanD = new Float64Array(count);
    const meanDN = new Float64Array(count);
    if (!given)
      for (let i = 0; i < x.length; i++) {
        meanD[sets(i)] += d[i] / n;
        meanDN[sets(i)] += (d[i] * normal[i]) / n;
      }
    return d.map((v, i) => (v - meanD[sets(i)] - normal[i] * meanDN[sets(i)]) / deviation[sets(i)]);
  };
  return { normal, mean, variance, back };
}

function scaled({ gamma, beta }: Tensors, { normal, back }: ReturnType<typeof normalize>) {
  const c = gamma.length;
  return {
    y: normal.map((v, i) => gamma[i % c] * v + beta[i % c]),
    backward(dy: Float64Array) {
      const gradients = { gamma: new Float64Array(c), beta: new Float64Array(c) };
      for (let i = 0; i < dy.length; i++) {
        gradients.gamma[i % c] += dy[i] * normal[i];
        gradients.beta[i % c] += dy[i];
      }
      return { dx: back(dy.map((v, i) => v * gamma[i % c])), gradients };
    },
  };
}

/** Each channel over rows and pixels. */
export function batchNormalization(
  { momentum = 0.99, epsilon = 1e-3 }: ConfigOf<"batchNormalization">,
  shape: Shape,
): ReferenceLayer {
  const c = shape[shape.length - 1];
  return {
    outputShape: shape,
    parameters: { gamma: [c], beta: [c] },
    moving: { movingMean: [c], movingVariance: [c] },
    forward(p, x, training) {
      const { movingMean, movingVariance } = p;
      const given = training ? undefined : { mean: movingMean, variance: movingVariance };
      const result = normalize(x, (i) => i % c, c, epsilon, given);
      const moved = (old: Float64Array, batch: Float64Array) =>
        training ? old.map((v, i) => v * momentum + batch[i] * (1 - momentum)) : old;
      return {
        ...scaled(p, result),
        moving: {
          movingMean: moved(movingMean, result.mean),
          movingVariance: moved(movingVariance, result.variance),
        },
      };
    },
  };
}

/** Each row, or each pixel, over its last axis. */
export function layerNormalization(
  { epsilon = 1e-3 }: ConfigOf<"layerNormalization">,
  shape: Shape,
): ReferenceLayer {
  const c = shape[shape.length - 1];
  return {
    outputShape: shape,
    parameters: { gamma: [c], beta: [c] },
    moving: {},
    forward(p, x) {
      return {
        ...scaled(
          p,
          normalize(x, (i) => Math.floor(i / c), x.length / c, epsilon),
        ),
        moving: {},
      };
    },
  };
}

/** The channels of each row in groups, each over its channels and all pixels. */
export function groupNormalization(
  { groups = 32, epsilon = 1e-3 }: ConfigOf<"groupNormalization">,
  shape: Shape,
): ReferenceLayer {
  const c = shape[shape.length - 1];
  const row = size(shape);
  const count = groups === -1 ? c : groups;
  const set = (i: number) => Math.floor(i / row) * count + Math.floor((i % c) / (c / count));
  return {
    outputShape: shape,
    parameters: { gamma: [c], beta: [c] },
    moving: {},
    forward: (p, x) => ({
      ...scaled(p, normalize(x, set, (x.length / row) * count, epsilon)),
      moving: {},
    }),
  };
}

/** By means and variances that are given: of each channel, or of each value of a row. */
export function normalization({ axis = -1 }: ConfigOf<"normalization">, shape: Shape): ReferenceLayer {
  const of = Array.isArray(axis) && axis.length > 1 ? shape : shape.slice(-1);
  const n = size(of);
  return {
    outputShape: shape,
    parameters: {},
    moving: { mean: of, variance: of },
    forward({ mean, variance }, x) {
      const deviation = variance.map((v) => Math.max(Math.sqrt(v), 1e-7));
      return {
        y: x.map((v, i) => (v - mean[i % n]) / deviation[i % n]),
        moving: { mean, variance },
        backward: (dy) => ({ dx: dy.map((d, i) => d / deviation[i % n]), gradients: {} }),
      };
    },
  };
}
