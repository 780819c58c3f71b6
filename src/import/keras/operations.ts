/** Operations with numbers, as models of Keras have them that prepare their inputs themselves: x / 127.5 − 1. */
import { show } from "../../fields/fields.ts";
import type { Handler, Reading } from "./reading.ts";

type Line = readonly [scale: number, offset: number];

/** What a function of two makes of a value and a number. @param first whether the number is the first of them */
const LINES: Readonly<Record<string, (n: number, first: boolean) => Line | undefined>> = {
  Add: (n) => [1, n],
  Subtract: (n, first) => (first ? [-1, n] : [1, -n]),
  Multiply: (n) => [n, 0],
  TrueDivide: (n, first) => (first ? undefined : [1 / n, 0]),
  Divide: (n, first) => (first ? undefined : [1 / n, 0]),
};

function operation(at: Reading, name: string): string | undefined {
  const { beside: numbers } = at;
  if (at.inputs.length === 1 && numbers.length === 1) {
    const [{ value, first }] = numbers as [(typeof numbers)[0]];
    const line = LINES[name]?.(value, first);
    if (line?.every(Number.isFinite)) return at.add("rescaling", { scale: line[0], offset: line[1] });
  }
  const type = name.toLowerCase();
  if (/^(?:add|subtract|multiply)$/.test(type) && at.inputs.length > 1 && numbers.length === 0)
    return at.add(type);
  at.refuse(
    `${name} of what it is given is no layer here; use the layers Rescaling, Add, Subtract, Multiply`,
  );
  return undefined;
}

/** TensorFlow's names in models of Keras 2. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  "math.add": "Add",
  "__operators__.add": "Add",
  "math.subtract": "Subtract",
  "math.multiply": "Multiply",
  "math.truediv": "TrueDivide",
  "math.divide": "TrueDivide",
};

export const operations: Readonly<Record<string, Handler>> = {
  ...Object.fromEntries(
    ["Add", "Subtract", "Multiply", "TrueDivide", "Divide"].map((name): [string, Handler] => [
      name,
      (at) => operation(at, name),
    ]),
  ),
  TFOpLambda(at) {
    const called = at.options.text("function") ?? "";
    const name = Object.hasOwn(FUNCTIONS, called) ? FUNCTIONS[called] : undefined;
    if (name) return operation(at, name);
    at.refuse(
      `${show(called)} is an operation of TensorFlow and no layer; write it with layers, or export the model as ONNX (tf2onnx)`,
    );
    return undefined;
  },
};
