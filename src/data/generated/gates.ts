/** Logic gates as datasets: every row of a truth table, values 0 and 1. */
import { arrayDataset } from "../arrays.ts";
import type { Dataset } from "../dataset.ts";

type Gate = (...inputs: number[]) => boolean;

function gate(name: string, inputs: number, truth: Gate): Dataset {
  const rows = 1 << inputs;
  const x = new Float32Array(rows * inputs);
  const y = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    // The first input is the highest bit, as truth tables are written.
    const bits = Array.from({ length: inputs }, (_, i) => (row >> (inputs - 1 - i)) & 1);
    x.set(bits, row * inputs);
    y[row] = truth(...bits) ? 1 : 0;
  }
  return arrayDataset(x, y, { name, inputShape: [inputs], target: "values" });
}

/** 1 where both of two inputs are 1. */
export const and = (): Dataset => gate("and", 2, (a, b) => !!a && !!b);
/** 1 where at least one of two inputs is 1. */
export const or = (): Dataset => gate("or", 2, (a, b) => !!a || !!b);
/** 0 where both of two inputs are 1: every other gate can be built from it. */
export const nand = (): Dataset => gate("nand", 2, (a, b) => !(a && b));
/** Not linearly separable: the smallest problem that needs a hidden layer. */
export const xor = (): Dataset => gate("xor", 2, (a, b) => a !== b);
/** Of three inputs, are at least two 1? */
export const majority = (): Dataset => gate("majority", 3, (a, b, c) => a! + b! + c! >= 2);
/** M = A'BC' + A'BC + AB'C + ABC, that is: C if A, else B. */
export const truthTableM = (): Dataset => gate("truthTableM", 3, (a, b, c) => !!(a ? c : b));
