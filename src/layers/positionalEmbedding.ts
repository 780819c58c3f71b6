// @core sequences
/** What tells a step's position. Twin of assembly/layers/positions.ts. */
import { fullBuild } from "../core/full.ts";
import { bool, type Infer, int } from "../fields/fields.ts";
import { object, optional, withDefault } from "../fields/objects.ts";
import { initializerField } from "../initializers/table.ts";
import { cos, exp, log, sin } from "../math/elementary.ts";
import { floatsOf, type Range } from "../plan/builder.ts";
import type { Operation, Parameter, Site } from "../plan/operation.ts";
import { sequenceShape } from "./geometry.ts";
import type { Built, Place } from "./kind.ts";
import { layer, layerName, misfit } from "./layer.ts";
import { trainable } from "./weights.ts";

const fields = () =>
  object(
    {
      name: layerName(),
      sequenceLength: optional(
        int({ min: 1, doc: DOCS && "How many positions there are. By default the steps of its input." }),
      ),
      sinusoidal: bool({
        default: false,
        doc: DOCS && "Whether positions are sines and cosines of many wavelengths, which nothing changes.",
      }),
      embeddingsInitializer: withDefault(initializerField(), "glorotUniform"),
      trainable: trainable(),
    },
    { doc: DOCS && "Adds to each step a vector for its position, which is learned." },
  );
type Config = Infer<ReturnType<typeof fields>>;

/** The longest of the waves: 2π times so many steps. */
const LONGEST = 10000;

/**
 * sin(t / LONGEST^(2i / features)) in column 2i, its cosine in column 2i + 1, for each position t. Source: Vaswani et al. 2017.
 */
function waves(length: number, features: number): Float32Array {
  const values = new Float32Array(length * features);
  for (let t = 0; t < length; t++)
    for (let c = 0; c < features; c++) {
      const angle = t * exp((-log(LONGEST) * 2 * Math.floor(c / 2)) / features);
      values[t * features + c] = c % 2 === 0 ? sin(angle) : cos(angle);
    }
  return values;
}

/** @throws NablaError for an input that is no sequence, or has more steps than there are positions */
function build(config: Config, at: Place): Built {
  const { name, called, inputShape } = at;
  const [, steps, features] = sequenceShape(at);
  const { sequenceLength: length = steps, sinusoidal } = config;
  if (steps > length)
    throw misfit(
      TRAINING &&
        `${called}: its input has ${steps} steps, but there are ${length} positions; set sequenceLength to at least ${steps}, or give it shorter sequences`,
    );
  const shape = [length, features];
  const trains = config.trainable && !sinusoidal;
  const embeddings: Parameter = {
    ...{ name: "embeddings", shape, layout: "rows", fanIn: length, fanOut: features, l1: 0, l2: 0 },
    initializer: config.embeddingsInitializer,
    ...(TRAINING && sinusoidal && { values: waves(length, features) }),
    trainable: trains,
  };
  const floats = floatsOf(inputShape);
  const operation: Operation = {
    layer: name,
    parameters: [embeddings],
    inputShape,
    outputShape: inputShape,
    whole: "what it adds depends on the step's place in the sequence",
    forward({ builder, parameter, output }: Site, x: Range): Range {
      const y = output(inputShape);
      builder.emit("POSITIONS_FORWARD", { y, x, w: parameter("embeddings").value, floats });
      return y;
    },
    backward:
      TRAINING &&
      (({ builder, parameter }: Site, _x: Range, _y: Range, dy: Range): Range => {
        const { step } = builder;
        if (trains) {
          const dw = parameter("embeddings").gradient;
          builder.emit("POSITIONS_WEIGHTS", { dw, dy, step, floats, all: floatsOf(shape) });
        }
        return dy;
      }),
  };
  return { outputShape: inputShape, operations: [operation], core: fullBuild };
}

/**
 * y = x + embeddings[step]: [steps, features] → [steps, features]. The table [sequenceLength, features] is learned; with `sinusoidal` it is
 * that of Vaswani et al. 2017. Attention alone does not see the order of steps.
 */
export const positionalEmbedding = /* @__PURE__ */ layer("positionalEmbedding", {
  fields,
  build,
  example: TRAINING && "",
  hasKernel: true,
});
