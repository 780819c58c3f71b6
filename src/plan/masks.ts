/**
 * Steps of sequences that are padding. A mask stands beside a value of the graph: 1 for each step of a row, 0 where it is padding. Layers
 * that know of padding (masking, embedding) begin one before a plan is made. Layers that leave steps where they are pass it on; those that
 * walk or weigh steps take it (`steps: "takes"`); others would take padding for values, and are refused by name. Losses and metrics of an
 * output that still has one leave padding out. Programs without such layers have none of this code.
 */
import { NablaError } from "../errors.ts";
import type { Range } from "./builder.ts";
import type { Graph, Made, Mask, Node } from "./operation.ts";

function maskOf(steps: number): Mask {
  return {
    steps,
    weights(builder, weight, mean) {
      const y = builder.alloc("weights of steps", builder.rows * steps * 4);
      builder.emit("MASK_WEIGHTS", { y, weight, mask: this.range!, steps, mean: mean ? 1 : 0 });
      builder.pin(this.range!);
      return y;
    },
  };
}

/**
 * Begins a mask at a node, as Operation.pass(). Those it is passed on to come later in the graph.
 *
 * @throws NablaError for a layer behind it that would take padding for values
 */
export function beginMask(node: Made, { nodes }: Graph, steps: number): void {
  node.mask = maskOf(steps);
  for (const later of nodes.slice(nodes.indexOf(node) + 1)) {
    const given = later.from.filter(({ mask }) => mask);
    if (given.length === 0) continue;
    const { operation } = later;
    const takes = operation.steps === "takes";
    // what takes several masks leaves the steps of its first value where they are
    const { mask } = takes ? later.from[0] : given[0];
    const kept = later.shape.length > 1 && later.shape[0] === mask?.steps;
    if (new Set(given.map((value) => value.mask)).size > 1 && !takes)
      throw new NablaError(
        `layer "${operation.layer}": its inputs have masks of their own, which say different steps to be padding; mask the sequences after they are joined`,
      );
    if (!takes && (!kept || operation.steps === "mixes"))
      throw new NablaError(
        `layer "${operation.layer}" would take the padding of its input for values: some of its steps are masked; put lstm(), gru() or simpleRnn() before it, or leave out masking() or maskZero`,
      );
    later.mask = kept ? mask : undefined;
  }
}

/** What a layer that takes masks is given; undefined where no step is padding. */
export const maskRange = (value: Node): Range | undefined => value.mask?.range;
