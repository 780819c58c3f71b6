// The elementary functions over whole arrays, for tests and checks: n values, a multiple of 4.

import { cos, log, sin } from "./elementary";
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

/** y[n] = ln x[n], in f64 */
export function mapLog64(y: usize, x: usize, n: i32): void {
  for (const end = y + (<usize>n << 3); y < end; y += 8, x += 8) store<f64>(y, log(load<f64>(x)));
}

/** y[n] = sin x[n], in f64 */
export function mapSin64(y: usize, x: usize, n: i32): void {
  for (const end = y + (<usize>n << 3); y < end; y += 8, x += 8) store<f64>(y, sin(load<f64>(x)));
}

/** y[n] = cos x[n], in f64 */
export function mapCos64(y: usize, x: usize, n: i32): void {
  for (const end = y + (<usize>n << 3); y < end; y += 8, x += 8) store<f64>(y, cos(load<f64>(x)));
}
