/**
 * Graphs of layers in plain double precision, from the references of the layers: values in order, then gradients back. It shares no code
 * with what it judges.
 */
import { under } from "../layers/compose.ts";
import {
  type ReferenceConfig,
  type ReferenceLayer,
  reference,
  type Shape,
  type Tensors,
} from "../layers/index.ts";
import { MERGES, type MergeConfig, type ReferenceMerge, referenceMerge } from "../layers/merging.ts";

/** A layer of a graph as a document has it, its name and inputs written out or not. */
export type GraphLayer = { name?: string; inputs?: readonly string[] } & (
  | ReferenceConfig
  | MergeConfig
  | { type: "input"; shape: Shape }
  | { type: "shared"; layer: string }
);

export interface GraphConfig {
  layers: readonly GraphLayer[];
  /** By name, the layers whose values they are. */
  outputs: Readonly<Record<string, string>>;
}

export interface GraphPass {
  ys: Float64Array[];
  moving: Tensors;
  backward(dys: readonly Float64Array[]): { dxs: Float64Array[]; gradients: Tensors };
}

/**
 * Called with everything that is computed on the way: returns what goes on in its place.
 * @param size of the terms it was added up from, where those cancel each other
 */
export type Jitter = (values: Float64Array, size?: number) => Float64Array;

export interface ReferenceGraph {
  inputShapes: readonly Shape[];
  outputShapes: readonly Shape[];
  /** By "<layer>.<name in the layer's reference>": shapes of what is trained, and of what is kept otherwise. */
  parameters: Record<string, Shape>;
  moving: Record<string, Shape>;
  /** By layer that has weights, the names of its tensors in the layer's reference. */
  tensorsOf: Record<string, string[]>;
  /** Shapes of all values, by the layer that makes them. */
  shapes: Record<string, Shape>;
  /** @param drawn what random layers drew: masks and noise by the layer where it is applied */
  forward(
    p: Tensors,
    xs: readonly Float64Array[],
    training: boolean,
    drawn?: Readonly<Record<string, Tensors>>,
    jitter?: Jitter,
  ): GraphPass;
}

interface Node {
  name: string;
  from: readonly string[];
  /** What the names of its tensors begin with. */
  at: string;
  layer?: ReferenceLayer;
  merge?: ReferenceMerge;
  /** What in its gradient is a difference of larger values: the slope, as 1 − a² of tanh, or sums over rows or channels. */
  cancels?: "slope" | "sums" | false;
}

const isMerge = (config: { type: string }): config is MergeConfig => MERGES.includes(config.type);
export function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
}
/** What the differences of a channel's values are multiplied by where it is normalised over a batch: of two rows hardly a gradient is left. */
function steepest(x: Float64Array, channels: number): number {
  let most = 0;
  for (let c = 0; c < channels; c++) {
    const values = x.filter((_, i) => i % channels === c);
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
    most = Math.max(most, 1 / Math.sqrt(variance + 0.01));
  }
  return most;
}

const add = (a: Float64Array | undefined, b: Float64Array) => a?.map((v, i) => v + b[i]) ?? b.slice();

/** @param named layers with their names and inputs written out */
export function referenceGraph({ layers, outputs }: GraphConfig): ReferenceGraph {
  const shapes: Record<string, Shape> = {};
  const nodes: Node[] = [];
  const result = {
    parameters: {} as Record<string, Shape>,
    moving: {} as Record<string, Shape>,
    tensorsOf: {} as Record<string, string[]>,
  };
  /** A layer, or those it consists of. */
  const put = (config: ReferenceConfig, name: string, from: string, at: string): ReferenceLayer => {
    const layer = reference(config, shapes[from]);
    if (!layer) throw new Error(`test/support/layers has no reference for ${config.type}`);
    shapes[name] = layer.outputShape;
    const walks = ["simpleRnn", "lstm", "gru"].includes(config.type);
    if (config.type !== "activation" && !walks && "activation" in config && config.activation) {
      // two steps, each of which rounds
      const { activation, ...rest } = config;
      shapes[`${name}/z`] = layer.outputShape;
      nodes.push({ name: `${name}/z`, from: [from], at, layer: reference(rest, shapes[from]) });
      put({ type: "activation", activation: activation! }, name, `${name}/z`, at);
      return layer;
    }
    if (config.type !== "residual") {
      const cancels =
        config.type === "activation" ? "slope" : config.type.endsWith("Normalization") && "sums";
      nodes.push({ name, from: [from], at, layer, cancels });
      return layer;
    }
    const ends = (["layers", "shortcut"] as const).map((path) => {
      let last = from;
      for (const [i, inner] of (config[path] ?? []).entries()) {
        put(inner, `${name}/${path}.${i}`, last, `${at}.${path}.${i}`);
        last = `${name}/${path}.${i}`;
      }
      return last;
    });
    const merge = referenceMerge({ type: "add" }, [layer.outputShape, layer.outputShape]);
    nodes.push({ name, from: ends, at, merge });
    return layer;
  };
  const inputs = layers.filter(({ type }) => type === "input").map(({ name }) => name!);
  for (const config of layers) {
    const name = config.name!;
    if (config.type === "input") {
      shapes[name] = config.shape;
      continue;
    }
    const from = config.inputs!;
    const its = from.map((value) => shapes[value]);
    const owner = config.type === "shared" ? layers.find((other) => other.name === config.layer)! : config;
    const own = owner.name!;
    if (isMerge(owner)) {
      const merge = referenceMerge(owner, its);
      shapes[name] = merge.outputShape;
      nodes.push({ name, from, at: own, merge });
      continue;
    }
    const layer = put(owner as ReferenceConfig, name, from[0], own);
    if (owner !== config) continue;
    result.tensorsOf[own] = [];
    for (const kind of ["parameters", "moving"] as const)
      for (const [tensor, shape] of Object.entries(layer[kind])) {
        result[kind][`${own}.${tensor}`] = shape;
        result.tensorsOf[own].push(tensor);
      }
  }
  const ends = Object.values(outputs);
  return {
    ...result,
    shapes,
    inputShapes: inputs.map((name) => shapes[name]),
    outputShapes: ends.map((name) => shapes[name]),
    forward(p, xs, training, drawn = {}, jitter) {
      const rounded = (values: Float64Array) => jitter?.(values) ?? values;
      const values: Record<string, Float64Array> = {};
      const now: Tensors = { ...p };
      const moved: Tensors = {};
      const backs: ((dy: Float64Array) => { dxs: Float64Array[]; gradients: Tensors })[] = [];
      for (const [i, name] of inputs.entries()) values[name] = xs[i];
      for (const { name, from, at, layer, merge, cancels } of nodes) {
        const given = from.map((value) => values[value]);
        if (merge) {
          const { y, backward } = merge.forward(given);
          values[name] = rounded(y);
          backs.push((dy) => {
            const dxs = backward(dy);
            const terms = jitter && merge.terms?.forward(given).backward(dy);
            return { dxs: terms ? dxs.map((dx, k) => jitter!(dx, largest(terms[k]))) : dxs, gradients: {} };
          });
          continue;
        }
        const pass = layer!.forward({ ...under(at, now), ...drawn[name] }, given[0], training);
        values[name] = rounded(pass.y);
        backs.push((dy) => {
          const { dx, gradients } = pass.backward(dy);
          if (jitter && layer!.terms) {
            const parameters = { ...under(at, now), ...drawn[name] };
            const terms = layer!.terms.forward(parameters, given[0], training).backward(dy);
            for (const [tensor, gradient] of Object.entries(gradients))
              gradients[tensor] = jitter(gradient, largest(terms.gradients[tensor]));
            return { dxs: [jitter(dx, largest(terms.dx))], gradients };
          }
          if (!jitter || !cancels) return { dxs: [dx], gradients };
          const most = largest(dy);
          if (cancels === "slope") return { dxs: [jitter(dx, most)], gradients };
          const signs = dy.map((_, i) => most * (i % 3 === 0 ? -1 : 1));
          const size = Math.max(
            largest(pass.backward(signs).dx),
            most * steepest(given[0], shapes[from[0]].at(-1)!),
          );
          return { dxs: [jitter(dx, size)], gradients };
        });
        for (const [tensor, value] of Object.entries(pass.moving)) {
          now[`${at}.${tensor}`] = value;
          moved[`${at}.${tensor}`] = value;
        }
      }
      return {
        ys: ends.map((name) => values[name]),
        moving: moved,
        backward(dys) {
          const d: Record<string, Float64Array> = {};
          const gradients: Tensors = {};
          ends.forEach((name, k) => {
            d[name] = add(d[name], dys[k]);
          });
          for (let i = nodes.length - 1; i >= 0; i--) {
            const { name, from, at } = nodes[i];
            if (!d[name]) continue;
            const back = backs[i](rounded(d[name]));
            from.forEach((value, k) => {
              d[value] = add(d[value], rounded(back.dxs[k]));
            });
            for (const [tensor, gradient] of Object.entries(back.gradients))
              gradients[`${at}.${tensor}`] = add(gradients[`${at}.${tensor}`], rounded(gradient));
          }
          return { dxs: inputs.map((name, i) => d[name] ?? new Float64Array(xs[i].length)), gradients };
        },
      };
    },
  };
}
