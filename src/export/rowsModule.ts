/** What an exported module of a table's model has besides: the very code of predictRows(), bundled into a script (see rowsCode.d.ts). */
import type { Row, RowOptions } from "../data/tables/rows.ts";
import { Outputs } from "../network/outputs.ts";
import { type RowAnswer, tableAnswers } from "../network/tableAnswers.ts";

/** As a module's description says it. */
interface Described {
  readonly output: {
    readonly shape: readonly number[];
    readonly activation: string;
    readonly unitOf?: string;
    readonly threshold?: number;
  };
  readonly classes?: readonly string[];
  /** Of a model of an earlier version. */
  readonly target?: unknown;
  readonly [name: string]: unknown;
}

const PROBABILITIES = ["softmax", "sigmoid", "hardSigmoid", "gaussian"];

/** @see Model.predictRows @param predict the module's own */
export function answer(
  metadata: Described,
  predict: (x: Float32Array) => Float32Array,
  rows: Row | readonly Row[],
  options?: RowOptions,
): RowAnswer[] {
  const { output, classes, target } = metadata;
  const about = {
    ...(classes && { classes }),
    ...(output.threshold !== undefined && { threshold: output.threshold }),
    probabilities: PROBABILITIES.includes(output.activation),
  };
  const model = {
    metadata: {
      ...metadata,
      targetScale: output.unitOf,
      extra: { csv: { ...metadata, ...(target !== undefined && { target }) } },
    },
    predict: ({ data, shape }: { readonly data: Float32Array; readonly shape: readonly number[] }) =>
      new Outputs(predict(data), [shape[0]!, ...output.shape], about),
  };
  return tableAnswers(model, rows, options);
}
