/** The network as a picture: layers as boxes, from the inputs at the top to the outputs at the bottom. */
import { internalsOf } from "../../model/internals.ts";
import type { Model } from "../../model/model.ts";
import { layerSummaries } from "../../model/summary.ts";
import { showShape } from "../../shape.ts";
import { count } from "../text/format.ts";
import { html } from "./html.ts";
import { layoutOf } from "./layout.ts";

/** Most layers of a chain, which says little that the table does not, and of a graph. */
const MOST = { chain: 12, graph: 120 };

interface Node {
  readonly kind: "input" | "layer" | "output";
  readonly name: string;
  readonly lines: readonly string[];
  readonly from: readonly number[];
  /** The layer whose weights it has, where several layers have the same. */
  readonly shared?: string;
}

function nodesOf(model: Model): Node[] {
  const { inputs, layers, outputs } = internalsOf(model).built.architecture;
  const summaries = layerSummaries(model);
  const owners = new Set(summaries.map(({ weightsOf }) => weightsOf));
  return [
    ...inputs.map(({ name, shape }): Node => ({ kind: "input", name, lines: [showShape(shape)], from: [] })),
    ...layers.map((layer, i): Node => {
      const { name, type, activation, parameters, weightsOf } = summaries[i]!;
      const called = activation && activation !== "linear" ? `${type}, ${activation}` : type;
      const size = `${showShape(layer.outputShape)}${parameters > 0 ? ` · ${count(parameters)}` : ""}`;
      const shared = weightsOf ?? (owners.has(name) ? name : undefined);
      return {
        kind: "layer",
        name,
        lines: [called, size, ...(weightsOf ? [`weights of ${weightsOf}`] : [])],
        from: layer.inputs,
        ...(shared && { shared }),
      };
    }),
    ...outputs.map(
      ({ name, layer }): Node => ({
        kind: "output",
        name,
        lines: [showShape(layers[layer]!.outputShape)],
        from: [inputs.length + layer],
      }),
    ),
  ];
}

const LINE = 16;
const PAD = { x: 12, y: 8 };
/** Of letters of the name, which are bold, and of other lines: enough in the fonts of all systems. */
const LETTER = { name: 8, line: 7 };

/** The picture, or "" for networks that are too large for one. */
export function networkPicture(model: Model): string {
  const { topology } = internalsOf(model);
  const most = topology.outputs ? MOST.graph : MOST.chain;
  if (model.layers.length > most) return "";
  const nodes = nodesOf(model);
  const boxes = nodes.map(({ kind, name, lines, from }) => ({
    width: 2 * PAD.x + Math.max(LETTER.name * name.length, ...lines.map((line) => LETTER.line * line.length)),
    height: 2 * PAD.y + LINE * (1 + lines.length),
    from,
    last: kind === "output",
  }));
  const { width, height, places, edges } = layoutOf(boxes);
  const paths = edges.map(({ points }) => {
    const [x, y] = points.at(-1)!.map(round);
    return `<path d="${pathOf(points)}"/><path class="tip" d="M${x} ${y} l-3.5 -7 h7 z"/>`;
  });
  const groups = [...new Set(nodes.flatMap(({ shared }) => shared ?? []))];
  const drawn = nodes.map(({ kind, name, lines, shared }, i) => {
    const { x, y } = places[i]!;
    const { width: w, height: h } = boxes[i]!;
    const texts = [name, ...lines].map(
      (line, l) =>
        `<text x="${round(w / 2)}" y="${PAD.y + LINE * (l + 0.75)}"${l === 0 ? ' class="name"' : ""}>${html(line)}</text>`,
    );
    const radius = kind === "layer" ? 6 : 16;
    // layers with the same weights have the same colour
    const mark = shared ? ` style="stroke: var(--series${(groups.indexOf(shared) % 3) + 1})"` : "";
    return `<g class="${kind}${shared ? " shared" : ""}" transform="translate(${round(x)} ${round(y)})"><rect width="${round(w)}" height="${h}" rx="${radius}"${mark}/>${texts.join("")}</g>`;
  });
  const size = [Math.ceil(width) + 4, Math.ceil(height) + 4];
  const label = `${nodes.filter(({ kind }) => kind === "layer").length} layers as boxes, from the inputs at the top to the outputs at the bottom`;
  return `<svg class="network" role="img" aria-label="${label}" viewBox="-2 -2 ${size.join(" ")}" width="${size[0]}" style="min-width: ${Math.ceil(size[0]! * 0.6)}px"><g class="edges">${paths.join("")}</g>${drawn.join("")}</svg>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** Leaves boxes and meets them straight on: S-shaped from layer to layer, straight where it passes one. */
function pathOf(points: readonly (readonly [number, number])[]): string {
  const [[x0, y0], ...rest] = points as [readonly [number, number], ...(readonly [number, number])[]];
  let path = `M${round(x0)} ${round(y0)}`;
  let [x, y] = [x0, y0];
  for (const [x1, y1] of rest) {
    const middle = round((y + y1) / 2);
    path +=
      x === x1
        ? ` V${round(y1)}`
        : ` C${round(x)} ${middle} ${round(x1)} ${middle} ${round(x1)} ${round(y1)}`;
    [x, y] = [x1, y1];
  }
  return path;
}
