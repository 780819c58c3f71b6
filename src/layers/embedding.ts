/** Rows of a table for whole numbers. Twin of assembly/layers/embedding.ts. */
import { fullBuild } from "../core/full.ts";
import { NablaError } from "../errors.ts";
import { bool, type Infer, int } from "../fields/fields.ts";
import { object, optional } from "../fields/objects.ts";
import { initializerField } from "../initializers/table.ts";
import { floatsOf, type Range } from "../plan/builder.ts";
import { beginMask } from "../plan/masks.ts";
import type { Node, Operation, Parameter, Site } from "../plan/operation.ts";
import { sizeOf } from "../shape.ts";
import type { Built, Place } from "./kind.ts";
import { layer, layerName, misfit } from "./layer.ts";
import { regularizer, trainable } from "./weights.ts";

/** Numbers come as float32, which holds whole ones exactly up to this. */
const MOST = 2 ** 24;

const fields = () =>
  object(
    {
      name: layerName(),
      inputDim: int({ min: 1, doc: DOCS && "How many numbers there are: 0 to inputDim − 1." }),
      outputDim: int({ min: 1, doc: DOCS && "Length of the vector of each." }),
      maskZero: bool({
        default: false,
        doc: DOCS && "Whether 0 is padding, which layers after it leave out.",
      }),
      embeddingsInitializer: optional(initializerField()),
      embeddingsRegularizer: optional(regularizer()),
      trainable: trainable(),
    },
    { doc: DOCS && "A vector for each whole number, as of words or letters." },
  );
type Config = Infer<ReturnType<typeof fields>>;

/** @throws NablaError for bytes that become fractions, as pixels do */
function checkKind(called: string, value: Node): void {
  let from = value;
  while (from.operation?.onlyLayout) [from] = from.from;
  const { kind } = from;
  if (kind?.type === "uint8" && kind.scale !== 1)
    throw new NablaError(
      `${called} takes whole numbers, but the input has bytes, which are multiplied by ${kind.scale}; pass numbers as a Float32Array or an Int32Array`,
    );
}

function build(config: Config, { name, called, inputShape }: Place): Built {
  const { inputDim: size, outputDim: units, maskZero, embeddingsRegularizer = { l1: 0, l2: 0 } } = config;
  if (size > MOST)
    throw misfit(
      TRAINING && `${called}: inputDim: expected at most ${MOST}, what float32 counts up to, got ${size}`,
    );
  const numbers = inputShape[inputShape.length - 1];
  const outer = sizeOf(inputShape.slice(0, -1));
  if (maskZero && inputShape.length > 1)
    throw misfit(
      TRAINING &&
        `${called}: maskZero: expected input [steps], got ${inputShape.length} axes; leave out maskZero, or reshape() the numbers`,
    );
  const outputShape = [...inputShape, units];
  const embeddings: Parameter = {
    name: "embeddings",
    shape: [size, units],
    layout: "rows",
    // by default as in Keras evenly from −0.05 to 0.05, which is ±√(3 / fanIn)
    initializer: config.embeddingsInitializer ?? { name: "lecunUniform" },
    fanIn: config.embeddingsInitializer ? size : 3 / (0.05 * 0.05),
    fanOut: units,
    ...embeddingsRegularizer,
    trainable: config.trainable,
  };
  const about = { outer, numbers, size, units };
  const operation: Operation = {
    layer: name,
    parameters: [embeddings],
    inputShape,
    outputShape,
    steps: "takes",
    alone: "each",
    ...(maskZero && { pass: (node, graph) => beginMask(node, graph, numbers) }),
    forward({ builder, parameter, output, node }: Site, x: Range): Range {
      checkKind(called, node.from[0]);
      const y = output(outputShape);
      const mask = maskZero ? builder.alloc("mask", builder.rows * numbers * 4) : 0;
      if (mask) node.mask!.range = mask;
      builder.emit("EMBEDDING_FORWARD", { y, x, w: parameter("embeddings").value, mask, ...about });
      return y;
    },
    backward:
      TRAINING &&
      (({ builder, parameter, gradient }: Site, x: Range, _y: Range, dy: Range, needed: boolean): Range => {
        const { step } = builder;
        if (config.trainable)
          builder.emit("EMBEDDING_WEIGHTS", { dw: parameter("embeddings").gradient, dy, x, step, ...about });
        if (!needed) return dy;
        const dx = gradient(inputShape);
        builder.emit("EMBEDDING_INPUT", { dx, n: floatsOf(inputShape) });
        return dx;
      }),
  };
  const check: Built["check"] = (who, core, input, rows, rowOf) => {
    if (!input) return;
    const n = outer * numbers;
    const values =
      input.kind.type === "uint8" ? core.u8(input.x.offset, rows * n) : core.f32(input.x.offset, rows * n);
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (value >= 0 && value < size && value % 1 === 0) continue;
      const row = rowOf(Math.floor(i / n));
      throw new NablaError(
        `${who}: row ${row}: value ${i % n} of its input is ${value}; ${called} takes whole numbers from 0 to ${size - 1}: give it a larger inputDim, or mend the row`,
        { details: { row } },
      );
    }
  };
  return { outputShape, operations: [operation], core: fullBuild, check };
}

/**
 * y = embeddings[x]: whole numbers [steps] → [steps, outputDim]. With maskZero the number 0 is padding. The table begins with values evenly
 * from −0.05 to 0.05.
 */
export const embedding = /* @__PURE__ */ layer("embedding", {
  fields: fields,
  build,
  example: TRAINING && "{ inputDim: 1000, outputDim: 32 }",
  hasKernel: true,
  outputs: ({ outputDim }) => outputDim,
});
