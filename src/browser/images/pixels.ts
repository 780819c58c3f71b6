/** Pixels of what pages show: canvases, images, video frames. */

import { checkPixels } from "../../data/images/limits.ts";
import type { Picture } from "../../data/images/picture.ts";
import type { Size } from "../../data/images/resize.ts";
import { messageOf, NablaError } from "../../errors.ts";
import { demand, isObject } from "../../fields/expected.ts";
import { show } from "../../fields/fields.ts";
import { attempt } from "../../host.ts";
import { tagOf } from "../../tags.ts";

/** What lies behind transparent pixels. */
export type Background = "white" | "black";

/** What has pixels already, without decoding. */
export type PixelSource =
  | ImageData
  | ImageBitmap
  | HTMLCanvasElement
  | OffscreenCanvas
  | HTMLImageElement
  | HTMLVideoElement
  | VideoFrame;

/** How pixels are read. */
export interface PixelOptions {
  /** 1 for grey, 3 for colour; default 3. */
  channels?: 1 | 3;
  /** What shows through where pixels are transparent; default "white", as paper. */
  background?: Background;
  /** What errors call the picture. */
  name?: string;
}

/**
 * The pixels of something drawn or shown, at its own size, at once. A canvas keeps colours and transparency together, so half-transparent
 * pixels may be off by one from what was drawn; others are exact.
 *
 * @throws NablaError for what is empty, not loaded yet, or shows pictures of another site that does not permit reading them
 */
export function pixelsOf(source: PixelSource, options: PixelOptions = {}): Picture {
  demand(isObject(options), "pixelsOf", "its options as an object", options);
  const { channels = 3, background = "white", name = "picture" } = options;
  checkPixelOptions(channels, background);
  const size = sizeOfSource(source, name);
  const whole = { left: 0, top: 0, ...size };
  return { data: flattened(reader(source, name)(whole), channels, background), ...size, channels };
}

export function checkPixelOptions(channels: unknown, background: unknown): void {
  if (channels !== 1 && channels !== 3)
    throw new NablaError(`channels: expected 1 (grey) or 3 (colour), got ${show(channels)}`);
  if (background !== "white" && background !== "black")
    throw new NablaError(`background: expected "white" or "black", got ${show(background)}`);
}

/** Width and height in pixels of the source itself, not as laid out on the page. */
export function sizeOfSource(source: PixelSource, name: string): Size {
  const size = ownSize(source, name);
  const { width, height } = size;
  if (!(width >= 1 && height >= 1))
    throw new NablaError(`${name}: expected at least 1×1 pixel, got ${width}×${height}; is it loaded yet?`);
  checkPixels(width, height, name, undefined, "");
  return size;
}

function ownSize(source: PixelSource, name: string): Size {
  switch (tagOf(source)) {
    case "ImageData": {
      const { data, width, height } = source as ImageData;
      if (tagOf(data) === "Uint8ClampedArray") return { width, height };
      throw new NablaError(
        `${name}: expected ImageData of 8 bits a channel, got ${tagOf(data)}; ask for getImageData(…) without pixelFormat`,
      );
    }
    case "ImageBitmap":
    case "HTMLCanvasElement":
    case "OffscreenCanvas": {
      const { width, height } = source as ImageBitmap;
      return { width, height };
    }
    case "HTMLImageElement": {
      const image = source as HTMLImageElement;
      if (image.naturalWidth > 0) return { width: image.naturalWidth, height: image.naturalHeight };
      const why =
        image.complete && image.src ? "could not be loaded" : "is not loaded yet; await image.decode() first";
      throw new NablaError(`${name}: the <img>${image.src ? ` ${image.src.slice(0, 80)}` : ""} ${why}`);
    }
    case "HTMLVideoElement": {
      const video = source as HTMLVideoElement;
      if (video.readyState >= 2) return { width: video.videoWidth, height: video.videoHeight };
      throw new NablaError(
        `${name}: the <video> has no frame to show yet; wait for its "loadeddata" event (or requestVideoFrameCallback)`,
      );
    }
    case "VideoFrame": {
      const { displayWidth: width, displayHeight: height, format } = source as VideoFrame;
      if (format === null && !(width > 0)) throw new NablaError(`${name}: the VideoFrame is closed already`);
      return { width, height };
    }
    default:
      throw new NablaError(
        `${name}: expected ImageData, a canvas, <img>, <video>, ImageBitmap, VideoFrame or Blob, got ${tagOf(source) === "Object" ? show(source) : tagOf(source)}`,
      );
  }
}

type Part = Size & { readonly left: number; readonly top: number };

/** A function that gives red, green, blue and alpha of a part of a source; the first part asked for is the largest. */
export function reader(source: PixelSource, name: string): (part: Part) => Uint8ClampedArray {
  if (tagOf(source) === "ImageData") return (part) => cut(source as ImageData, part);
  let context: Context | undefined;
  return ({ left, top, width, height }) => {
    // not shared with others: it would keep the largest picture's memory, and be spoilt by a source that may not be read
    context ??= scratch(width, height, name);
    context.clearRect(0, 0, width, height);
    try {
      context.drawImage(source as CanvasImageSource, -left, -top);
      return context.getImageData(0, 0, width, height).data;
    } catch (cause) {
      const why =
        (cause as { name?: string }).name === "SecurityError"
          ? 'may not be read, for they come from another site; set crossOrigin = "anonymous" before src, and let that site send Access-Control-Allow-Origin'
          : `cannot be read: ${messageOf(cause)}`;
      throw new NablaError(`${name}: its pixels ${why}`, { cause });
    }
  };
}

function cut({ data, width: all }: ImageData, { left, top, width, height }: Part): Uint8ClampedArray {
  const part = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * all + left) * 4;
    part.set(data.subarray(from, from + width * 4), y * width * 4);
  }
  return part;
}

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

function scratch(width: number, height: number, name: string): Context {
  const settings = { willReadFrequently: true } as const;
  const apart = attempt(() => new OffscreenCanvas(width, height));
  const canvas = apart ?? attempt(() => document.createElement("canvas"));
  if (!canvas) throw new NablaError(`${name}: this engine has no canvas here; pictures can be read on pages`);
  [canvas.width, canvas.height] = [width, height];
  const context = attempt(() => canvas.getContext("2d", settings) as Context | null);
  if (!context) throw new NablaError(`${name}: the engine refused a canvas of ${width}×${height} pixels`);
  return context;
}

/** Laid over a background, without alpha; grey by ITU-R BT.601 as toGray() does it. */
export function flattened(
  rgba: ArrayLike<number>,
  channels: 1 | 3,
  background: Background = "white",
): Uint8Array<ArrayBuffer> {
  const behind = background === "white" ? 255 : 0;
  const out = new Uint8Array((rgba.length / 4) * channels);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += channels) {
    let [r, g, b] = [rgba[from]!, rgba[from + 1]!, rgba[from + 2]!];
    const alpha = rgba[from + 3]! / 255;
    if (alpha !== 1) {
      const rest = behind * (1 - alpha);
      r = Math.floor(r * alpha + rest + 0.5);
      g = Math.floor(g * alpha + rest + 0.5);
      b = Math.floor(b * alpha + rest + 0.5);
    }
    if (channels === 1) out[to] = (299 * r + 587 * g + 114 * b + 500) / 1000;
    else {
      out[to] = r;
      out[to + 1] = g;
      out[to + 2] = b;
    }
  }
  return out;
}
