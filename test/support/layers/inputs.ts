/** The inputs that golden cases and checks are made with; test/golden/make_layers.py makes the same. */
import { values } from "../kernel.ts";
import { type ReferenceLayer, type Shape, size, type Tensors } from "./index.ts";

/** What float32 can hold of rows × shape values in [-scale, scale) + shift. */
export const inputs = (rows: number, shape: Shape, scale = 1, shift = 0): Float64Array =>
  Float64Array.from(values(rows * size(shape), 1), (v) => Math.fround(v * scale + shift));

/** dy */
export const gradients = (rows: number, shape: Shape): Float64Array =>
  Float64Array.from(values(rows * size(shape), 2));

/** Parameters and moving values; variances are positive. */
export function tensors(layer: ReferenceLayer): Tensors {
  const p: Tensors = {};
  let seed = 3;
  // a layer asks for its parameters, then for its moving values; inner layers one after the other
  const names = inOrder(layer);
  for (const [name, shape] of names) {
    const drawn = values(size(shape), seed++);
    const positive = /variance$/i.test(name);
    p[name] = Float64Array.from(drawn, (v) => Math.fround(positive ? 1.5 + v / 2 : v));
  }
  return p;
}

/** All tensors in the order the layers stand, each layer's parameters before its moving values. */
function inOrder({ parameters, moving }: ReferenceLayer): [string, Shape][] {
  const all = Object.entries({ ...parameters, ...moving });
  const home = (name: string) => name.slice(0, name.lastIndexOf(".") + 1);
  const homes = [...new Set(all.map(([name]) => home(name)))];
  return homes.flatMap((at) => all.filter(([name]) => home(name) === at));
}
