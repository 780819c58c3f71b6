// The scratch of convolutions: what kernels keep there for each part, and how large it is. Plans ask the core for the sizes, in f64 and
// of shapes that may be too large, so that a plan beyond 4 GiB is noticed. Kernels place things by the same functions, in i32.

import { ld } from "../math/simd";

/** Bytes that n numbers take in scratch: everything begins at a multiple of 16. @inline */
export function room<T extends number>(n: T): T {
  return isFloat<T>() ? <T>(ceil<f64>(<f64>n / 4) * 16) : <T>(ld(<i32>n) << 2);
}

/** Height or width of the stretch of image that all patches together cover, padding included. @inline */
export function covered<T extends number>(out: T, stride: T, kernel: T, dilation: T): T {
  return <T>((out - 1) * stride + (kernel - 1) * dilation + 1);
}

/** The largest multiple of b that is not above a, divided by b. @inline */
function floorDiv<T extends number>(a: T, b: T): T {
  if (isFloat<T>()) return <T>floor<f64>(<f64>a / <f64>b);
  return a >= 0 ? <T>(a / b) : <T>-((b - 1 - a) / b);
}

/** The first and the last row (or column) of dy that some pixel of x is reached from, be they there or not. @inline */
export function firstReached<T extends number>(before: T, kernel: T, stride: T, dilation: T): T {
  return floorDiv<T>(<T>(before - (kernel - 1) * dilation), stride);
}
/** @inline */
export function lastReached<T extends number>(size: T, before: T, stride: T): T {
  return floorDiv<T>(<T>(size - 1 + before), stride);
}

/** Of CONV2D_FORWARD, or with `weights` of CONV2D_WEIGHTS: offsets into a patch | copy of the image | y or dy of one group. @forward */
export function conv2dScratch(
  weights: bool, outHeight: f64, outWidth: f64,
  kernelHeight: f64, kernelWidth: f64, strideY: f64, strideX: f64, dilationY: f64, dilationX: f64,
  channels: f64, filters: f64, groups: f64,
): f64 {
  const each = channels / groups;
  const pixels = covered(outHeight, strideY, kernelHeight, dilationY) * covered(outWidth, strideX, kernelWidth, dilationX);
  const group = groups > 1 ? outHeight * outWidth * room(filters / groups) : 0;
  return room(kernelHeight * kernelWidth * (weights ? each : 1)) + room(pixels * each) + group;
}

/** Of CONV2D_INPUT: runs of a patch | padded dy | dx of one group. @forward */
export function conv2dInputScratch(
  height: f64, width: f64, top: f64, left: f64,
  kernelHeight: f64, kernelWidth: f64, strideY: f64, strideX: f64, dilationY: f64, dilationX: f64,
  channels: f64, filters: f64, groups: f64,
): f64 {
  const copiedHeight = lastReached(height, top, strideY) - firstReached(top, kernelHeight, strideY, dilationY) + 1;
  const copiedWidth = lastReached(width, left, strideX) - firstReached(left, kernelWidth, strideX, dilationX) + 1;
  const group = groups > 1 ? height * width * room(channels / groups) : 0;
  return room(kernelHeight * kernelWidth) + room(copiedHeight * copiedWidth * (filters / groups)) + group;
}

/** Of DEPTHWISE_FORWARD and DEPTHWISE_WEIGHTS: offsets of the window's pixels | padded image. @forward */
export function depthwiseScratch(
  outHeight: f64, outWidth: f64,
  kernelHeight: f64, kernelWidth: f64, strideY: f64, strideX: f64, dilationY: f64, dilationX: f64, channels: f64,
): f64 {
  const pixels = covered(outHeight, strideY, kernelHeight, dilationY) * covered(outWidth, strideX, kernelWidth, dilationX);
  return room(kernelHeight * kernelWidth) + pixels * room(channels);
}
