/** Convolutions that are made of others, or go the other way. */
import { conv2d } from "./conv2d.ts";
import { type ConfigOf, pair, type ReferenceLayer, type Shape, size } from "./types.ts";
import { sidesOf } from "./windows.ts";

/** y = pointwise(depthwise(x)): each channel by filters of its own, then one of 1 × 1 pixels. */
export function separableConv2d(config: ConfigOf<"separableConv2d">, shape: Shape): ReferenceLayer {
  const { depthMultiplier = 1, useBias = true, filters, activation: _, ...rest } = config;
  const channels = shape[2];
  const columns = channels * depthMultiplier;
  const first = conv2d(
    { ...rest, type: "conv2d", filters: columns, groups: channels, useBias: false },
    shape,
  );
  const second = conv2d({ type: "conv2d", filters, kernelSize: 1, useBias }, first.outputShape);
  return {
    outputShape: second.outputShape,
    parameters: {
      // the same values in the same order as [height, width, 1, channels · depthMultiplier]
      depthwiseKernel: [...pair(config.kernelSize), channels, depthMultiplier],
      pointwiseKernel: second.parameters.kernel,
      ...(useBias && { bias: [filters] }),
    },
    moving: {},
    forward({ depthwiseKernel, pointwiseKernel, bias }, x, training) {
      const before = first.forward({ kernel: depthwiseKernel }, x, training);
      const after = second.forward({ kernel: pointwiseKernel, bias }, before.y, training);
      return {
        y: after.y,
        moving: {},
        backward(dy) {
          const { dx: between, gradients } = after.backward(dy);
          const { dx, gradients: earlier } = before.backward(between);
          const { kernel, ...rest } = gradients;
          return {
            dx,
            gradients: { depthwiseKernel: earlier.kernel, pointwiseKernel: kernel, ...rest },
          };
        },
      };
    },
  };
}

/** In one direction: how long the output is, and how many pixels of what the windows reach are cut off before it. */
function axis(
  input: number,
  extent: number,
  stride: number,
  padding: "same" | Shape,
  more: number | undefined,
  atLeast: number,
): { output: number; before: number } {
  const all = (input - 1) * stride + extent;
  if (padding !== "same") {
    const [before, after] = padding;
    return { output: Math.max(all - before - after + (more ?? 0), atLeast), before };
  }
  const output = more === undefined ? input * stride : all - 2 * Math.floor(extent / 2) + more;
  return { output, before: Math.floor(Math.max(all - output, 0) / 2) };
}

/** y[r, iy·stride + ky·dilation − before, …, o] += x[r, iy, ix, c] · w[ky, kx, o within its group, c]; then the bias. */
export function conv2dTranspose(
  config: ConfigOf<"conv2dTranspose">,
  [h, w, channels]: Shape,
): ReferenceLayer {
  const { filters, padding = "valid", groups = 1, useBias = true, outputPadding } = config;
  const [kh, kw] = pair(config.kernelSize);
  const [sh, sw] = pair(config.strides ?? 1);
  const [dh, dw] = pair(config.dilationRate ?? 1);
  const more = outputPadding === undefined ? [undefined, undefined] : pair(outputPadding);
  const valid = padding === "valid";
  const sides =
    padding === "same" ? (["same", "same"] as const) : sidesOf(typeof padding === "string" ? 0 : padding);
  // Keras: with "valid" at least a stride for each input
  const least = (n: number, at: 0 | 1) => (valid && more[at] === undefined ? n : 0);
  const y = axis(h, (kh - 1) * dh + 1, sh, sides[0], more[0], least(h * sh, 0));
  const x = axis(w, (kw - 1) * dw + 1, sw, sides[1], more[1], least(w * sw, 1));
  const outputShape = [y.output, x.output, filters];
  const [each, from] = [filters / groups, channels / groups];

  function found(rows: number): Int32Array {
    const threes: number[] = [];
    for (let r = 0; r < rows; r++)
      for (let iy = 0; iy < h; iy++)
        for (let ix = 0; ix < w; ix++)
          for (let ky = 0; ky < kh; ky++)
            for (let kx = 0; kx < kw; kx++) {
              const oy = iy * sh + ky * dh - y.before;
              const ox = ix * sw + kx * dw - x.before;
              if (oy < 0 || oy >= y.output || ox < 0 || ox >= x.output) continue;
              for (let c = 0; c < channels; c++)
                for (let o = 0; o < each; o++) {
                  const group = Math.floor(c / from);
                  threes.push(
                    ((r * y.output + oy) * x.output + ox) * filters + group * each + o,
                    ((r * h + iy) * w + ix) * channels + c,
                    ((ky * kw + kx) * each + o) * channels + c,
                  );
                }
            }
    return Int32Array.from(threes);
  }
  let known: { rows: number; threes: Int32Array } | undefined;

  return {
    outputShape,
    parameters: { kernel: [kh, kw, each, channels], ...(useBias && { bias: [filters] }) },
    moving: {},
    forward({ kernel, bias }, x) {
      const rows = x.length / (h * w * channels);
      if (known?.rows !== rows) known = { rows, threes: found(rows) };
      const { threes } = known;
      const y = new Float64Array(rows * size(outputShape));
      if (useBias) for (let i = 0; i < y.length; i++) y[i] = bias[i % filters];
      for (let i = 0; i < threes.length; i += 3) y[threes[i]] += x[threes[i + 1]] * kernel[threes[i + 2]];
      return {
        y,
        moving: {},
        backward(dy) {
          const dx = new Float64Array(x.length);
          const dw = new Float64Array(kernel.length);
          for (let i = 0; i < threes.length; i += 3) {
            dx[threes[i + 1]] += dy[threes[i]] * kernel[threes[i + 2]];
            dw[threes[i + 2]] += dy[threes[i]] * x[threes[i + 1]];
          }
          const db = new Float64Array(filters);
          for (let i = 0; i < dy.length; i++) db[i % filters] += dy[i];
          return { dx, gradients: { kernel: dw, ...(useBias && { bias: db }) } };
        },
      };
    },
  };
}
