// @core sequences
/** What a recurrent layer knew at the end of a sequence, as a value of the graph. */
import { fullBuild } from "../core/full.ts";
import { choice, type Infer } from "../fields/fields.ts";
import { described, object } from "../fields/objects.ts";
import { ld, type Range } from "../plan/builder.ts";
import type { Node, Operation, Site } from "../plan/operation.ts";
import { walkBack } from "../plan/walk.ts";
import type { Built, Place } from "./kind.ts";
import { layer, layerName, misfit } from "./layer.ts";

const STATES = ["h", "c", "backwardH", "backwardC"] as const;

const fields = () =>
  object(
    {
      name: layerName(),
      state: described(
        choice(STATES),
        DOCS && "Which: the state, or the cells of lstm; of bidirectional those of either direction.",
      ),
    },
    {
      doc:
        DOCS &&
        "A state at the end of the sequence, of the layer it is applied to, which has returnState: [units].",
    },
  );

/** The walk whose state it is: the layer's own, or one of the two whose outputs bidirectional puts together. */
const walkOf = (value: Node, backward: boolean): Node =>
  value.operation?.ends ? value : value.from.filter(({ operation }) => operation?.ends)[backward ? 1 : 0];

/** @throws NablaError for a layer that does not return this state */
function build({ state }: Infer<ReturnType<typeof fields>>, place: Place): Built {
  const { name, called, inputShape, states } = place;
  const found = states?.[0];
  const at = STATES.indexOf(state);
  const units = found?.[state];
  if (!units)
    throw misfit(
      TRAINING &&
        `${called}: ${found ? `state: expected one of ${Object.keys(found).join(", ")}, got ${state}` : "expected to be applied to lstm, gru or simpleRnn, or bidirectional() of them, with returnState: true"}`,
    );
  const key = "hc"[at % 2];
  const operation: Operation = {
    layer: name,
    parameters: [],
    inputShape,
    outputShape: [units],
    steps: "takes",
    alone: "walks",
    forward({ builder, node, output }: Site): Range {
      const y = output([units]);
      const n = ld(units);
      const x = node.from[0].site!.saved.get(`${key}n`)!;
      // a copy: where it lies the next batch, or step, may begin
      builder.emit("COPY_COLUMNS", { y, yAt: 0, x, xAt: 0, each: 1, n, yStride: n, xStride: n, clear: 0 });
      return y;
    },
    backward:
      TRAINING &&
      (({ builder, node }: Site, _x: Range, _y: Range, dy: Range): undefined => {
        const { saved } = node.from[0].site!;
        const before = saved.get(`d${key}`);
        if (before) builder.emit("ADD", { y: dy, a: before, b: dy, units });
        // the walk back through the steps begins with it
        saved.set(`d${key}`, dy);
      }),
  };
  return {
    outputShape: [units],
    operations: [operation],
    wiring: {
      wire: (put, [value]) => put(operation, [walkOf(value, at > 1)]),
      walk: TRAINING && walkBack,
    },
    core: fullBuild,
  };
}

/** What the states are made by that a layer with returnState returns. */
export const stateOf = (state: string): object => finalState({ state: state as "h" });

/**
 * A state at the end of the sequence, [units], of the recurrent layer that made the value it is applied to; that layer has returnState: true.
 * finalState({ state: "c" }).apply(y) is what lstm({ units: 32, returnState: true }).apply(x) returns as the third of [y, h, c].
 */
export const finalState = /* @__PURE__ */ layer("finalState", {
  fields,
  build,
  example: TRAINING && '{ state: "h" }',
  // those of the layer before, which may have two directions
  outputs: () => Number.NaN,
});
