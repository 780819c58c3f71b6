/** The tensors that PyTorch keeps for a model's layers: their names, their shapes, and how they become parameters here and back. */
import { nameLayers, sourcesOf } from "../../layers/chain.ts";
import type { LayerConfig } from "../../layers/configs.ts";
import { internalsOf } from "../../model/internals.ts";
import type { Model } from "../../model/model.ts";
import type { Shape } from "../../shape.ts";
import { builtLayer } from "../built.ts";
import { KINDS } from "./kinds.ts";
import { given, made, type Value, wantedOrders } from "./orders.ts";
import type { Part, Spot, Theirs, Unit } from "./unit.ts";

export const fullName = ({ path, suffix }: Unit, { name }: Theirs): string => `${path}.${name}${suffix}`;

/** All modules, in the order of the layers. */
export function unitsOf(model: Model): Unit[] {
  const internals = internalsOf(model);
  const { architecture, tensors } = internals.built;
  const shapes = new Map<string, Map<string, Shape>>();
  for (const { layer, spec } of tensors) {
    const own = shapes.get(layer) ?? new Map<string, Shape>();
    shapes.set(layer, own.set(spec.name, spec.shape));
  }
  const units: Unit[] = [];
  const put = (config: LayerConfig, input: Value, output: Value, more: Partial<Spot> = {}) => {
    const own = shapes.get(config.name!);
    // a layer that is applied again has been put
    if (!own) return;
    units.push(...modulesOf({ config, input, output, shapes: own, ...more }));
  };
  const inner = (config: LayerConfig, x: Value, output: Value): void => {
    const within = config as unknown as Record<"layer" | "layers" | "shortcut", readonly LayerConfig[]>;
    const [steps, ...rest] = x.shape;
    if (config.type === "bidirectional")
      for (const [i, each] of within.layer.entries())
        put(each, x, output, { module: config.name, back: i > 0 });
    else if (config.type === "timeDistributed") row(within.layer, steps === undefined ? x : given(rest));
    else if (config.type === "residual") for (const path of [within.layers, within.shortcut]) row(path, x);
    else put(config, x, output);
  };
  /** Layers one after the other. */
  const row = (layers: readonly LayerConfig[], start: Value): void => {
    const outs: Shape[] = [];
    for (const each of layers) outs.push(builtLayer(each, [outs.at(-1) ?? start.shape]).outputShape);
    const wanted = wantedOrders(
      layers,
      layers.map((_, i) => [i - 1]),
      outs,
    );
    let x = start;
    layers.forEach((each, i) => {
      const y = made(each, [x], outs[i]!, wanted[i]);
      inner(each, x, y);
      x = y;
    });
  };

  const configs = nameLayers(internals.configs);
  const sources = sourcesOf(configs);
  let [input, layer] = [0, 0];
  const outs = configs.map(({ type }) =>
    type === "input" ? architecture.inputs[input++]!.shape : architecture.layers[layer++]!.outputShape,
  );
  const owners = configs.map((config) =>
    config.type === "shared" ? configs.find(({ name }) => name === config.layer)! : config,
  );
  const wanted = wantedOrders(owners, sources, outs);
  const values: Value[] = [];
  const seen = new Set<LayerConfig>();
  owners.forEach((config, i) => {
    const xs = sources[i]!.map((source) => values[source]!);
    if (xs.length === 0) xs.push(given(architecture.inputs[0]!.shape));
    values.push(config.type === "input" ? given(outs[i]!) : made(config, xs, outs[i]!, wanted[i]));
    if (config.type !== "input" && !seen.has(config)) inner(config, xs[0]!, values[i]!);
    seen.add(config);
  });
  return units;
}

function modulesOf(spot: Spot): Unit[] {
  const { config, shapes } = spot;
  const { type } = config;
  if (Object.hasOwn(KINDS, type)) return KINDS[type]!(spot);
  // what PyTorch has no module for keeps its parameters as they are
  const parts = [...shapes].map(
    ([parameter, shape]): Part => ({
      parameter,
      tensors: [{ name: parameter, shape }],
      in: ([data]) => data!,
      out: (data) => [data],
      how: "as it is",
    }),
  );
  return [{ layer: config.name!, type, path: config.name!, suffix: "", parts, spares: [], ours: true }];
}
