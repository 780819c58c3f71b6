// The elementary functions over whole arrays, for tests and checks: n values, a multiple of 4.

import { exp4, log4, tanh4 } from "./exp";

/** y[n] = e^x[n] */
export function mapExp(y: usize, x: usize, n: i32): void {
  for (const end = y + (<usize>n << 2); y < end; y += 16, x += 16) v128.store(y, exp4(v128.load(x)));
}

/** y[n] = ln x[n] */
export function mapLog(y: usize, x: usize, n: i32): void {
  for (const end = y + (<usize>n << 2); y < end; y += 16, x += 16) v128.store(y, log4(v128.load(x)));
}

/** y[n] = tanh x[n] */
export function mapTanh(y: usize, x: usize, n: i32): void {
  for (const end = y + (<usize>n << 2); y < end; y += 16, x += 16) v128.store(y, tanh4(v128.load(x)));
}
