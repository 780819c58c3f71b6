/**
 * What console.log shows of a model, its outputs and its history in Node, Deno and Bun: what a person wants to see of them. Browsers have
 * a display of their own: there this is left out, see #shown in package.json.
 */
import { attempt } from "../host.ts";
import { BUILT, internalsOf } from "../model/internals.ts";
import { type History, Model } from "../model/model.ts";
import { Outputs } from "../network/outputs.ts";
import { showShape, sizeOf } from "../shape.ts";

import { hintAt, hintAtFigures, hintAtLayers } from "./elsewhere.ts";
import { historySvg } from "./history.ts";

/** Asked by console.log for what stands for a value. */
const INSPECT = /* @__PURE__ */ Symbol.for("nodejs.util.inspect.custom");
/** Asked by notebooks, Deno's Jupyter kernel. */
const DISPLAY = /* @__PURE__ */ Symbol.for("Jupyter.display");
/** Rows and epochs that are shown; of more the first and the last of them. */
const MOST = 10;

/** Not a property that is listed, so nothing else sees it. @param show the text; `depth` is below 0 within other objects that are deep */
function define<T extends object>(to: T, show: (value: T) => string): T {
  return Object.defineProperty(to, INSPECT, {
    configurable: true,
    value(this: T, depth: number) {
      const text = show(this);
      return depth < 0 ? `[${text.slice(0, text.search(/\n|$/))}]` : text;
    },
  });
}

function showModel(model: Model): string {
  const { network, state, configs } = internalsOf(model);
  const { compiled } = state;
  const said = compiled?.goals.map(({ name, loss }) =>
    name === undefined ? loss.name : `${name}: ${loss.name}`,
  );
  const { classes } = model.metadata;
  return [
    network
      ? `Model\n${model.summary()}`
      : `Model of ${configs.map(({ type }) => type).join(", ")}; its input is not known yet`,
    ...(compiled ? [`loss ${said!.join(", ")}; optimizer ${compiled.optimizer.name}`] : ["not compiled"]),
    ...(classes ? [`classes ${some(classes)}`] : []),
    ...(state.run.step > 0 ? [`trained for ${state.run.step.toLocaleString("en")} steps`] : []),
  ].join("\n");
}

function showOutputs(outputs: Outputs): string {
  const { data, shape, length } = outputs;
  const width = sizeOf(shape.slice(1));
  // where they are probabilities of classes, the surest; not of so many that it takes long
  const best =
    shape.length === 2 && data.length < 1e5
      ? attempt(() => outputs.probabilities() && outputs.classes())
      : undefined;
  const rows = shownOf(length).map((r) => {
    if (r === undefined) return ["…"];
    const values = [...outputs.row(r).subarray(0, MOST)].map(figure);
    return [`${r}`, `${best?.[r] ?? ""}`, ...values, width > MOST ? "…" : ""];
  });
  return [`Outputs ${showShape(shape)}`, ...aligned(rows)].join("\n");
}

function showHistory({ epoch, history, stopped, notes = [] }: History): string {
  const names = Object.keys(history);
  const rows = shownOf(epoch.length).map((e) =>
    e === undefined ? ["…"] : [`${epoch[e]}`, ...names.map((name) => figure(history[name][e]))],
  );
  return [
    `History of ${epoch.length} epoch${epoch.length === 1 ? "" : "s"}`,
    ...aligned([["epoch", ...names], ...rows]),
    ...(stopped ? [`stopped: ${stopped}`] : []),
    ...notes,
  ].join("\n");
}

/** Numbers of those that are shown; undefined where some are left out. */
function shownOf(count: number): (number | undefined)[] {
  const all = Array.from({ length: count }, (_, i) => i);
  return count <= MOST ? all : [...all.slice(0, MOST / 2), undefined, ...all.slice(-MOST / 2)];
}

const some = (names: readonly string[]): string =>
  names.length <= MOST ? names.join(", ") : `${names.slice(0, MOST).join(", ")}, … (${names.length})`;

/** Four significant digits. */
const figure = (value: number | undefined): string =>
  value === undefined
    ? ""
    : Math.abs(value) >= 1e4 && Math.abs(value) < 1e9
      ? value.toFixed(1)
      : `${Number(value.toPrecision(4))}`;

/** Columns under each other, without those that are empty. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, c) =>
    Math.max(...rows.map((row) => row[c]?.length ?? 0)),
  );
  return rows.map((row) =>
    `  ${row.map((cell, c) => (widths[c] ? `${cell.padStart(widths[c])}  ` : "")).join("")}`.trimEnd(),
  );
}

define(Outputs.prototype, showOutputs);
define(Model.prototype, showModel);
const { get, ...rest } = Object.getOwnPropertyDescriptor(Model.prototype, "history")!;
Object.defineProperty(Model.prototype, "history", {
  ...rest,
  get(this: Model) {
    const history = get!.call(this) as History;
    hintAtFigures(history.history);
    return Object.defineProperty(define(history, showHistory), DISPLAY, {
      configurable: true,
      value(this: History) {
        return { "image/svg+xml": historySvg(this), "text/plain": showHistory(this) };
      },
    });
  },
});

hintAt(Model.prototype);
hintAtLayers(BUILT);
