/** Pictures as plain pixels, and what can be done to each pixel by itself. */

import { NablaError } from "../../errors.ts";
import { demand, isObject } from "../../fields/expected.ts";
import { isBytes } from "../../tags.ts";

/** Pixels 0 to 255, row by row from the top left: `data[(y · width + x) · channels + c]`. Grey, or red, green, blue. */
export interface Picture {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

/** Throws a NablaError unless the sizes are whole numbers ≥ 1 and there are as many values as they ask for. */
export function checkPicture(picture: Picture, name = "picture"): void {
  demand(
    isObject(picture) && isBytes(picture.data),
    name,
    "a picture { data, width, height, channels }, its pixels as bytes",
    picture,
  );
  const { data, width, height, channels } = picture;
  const whole = (n: number) => Number.isInteger(n) && n >= 1;
  if (
    !whole(width) ||
    !whole(height) ||
    (channels !== 1 && channels !== 3) ||
    data.length !== width * height * channels
  )
    throw new NablaError(
      `${name}: expected width · height · channels values, channels 1 or 3, got ${data.length} values for ${width}×${height}×${channels}`,
    );
}

/** Luminance by ITU-R BT.601, as in JPEG: 0.299 R + 0.587 G + 0.114 B. A grey picture is returned as it is. */
export function toGray(picture: Picture): Picture {
  checkPicture(picture, "toGray");
  if (picture.channels === 1) return picture;
  const { data, width, height } = picture;
  const grey = new Uint8Array(width * height);
  // in integers, thousandths: no rounding that could differ
  for (let i = 0, at = 0; i < grey.length; i++, at += 3)
    grey[i] = (299 * data[at]! + 587 * data[at + 1]! + 114 * data[at + 2]! + 500) / 1000;
  return { data: grey, width, height, channels: 1 };
}

/** With 1 or 3 channels: colours become grey, grey becomes three equal colours. */
export function toChannels(picture: Picture, channels: 1 | 3): Picture {
  checkPicture(picture, "toChannels");
  demand(channels === 1 || channels === 3, "toChannels", "1 or 3 channels", channels);
  if (channels === picture.channels) return picture;
  if (channels === 1) return toGray(picture);
  const { data, width, height } = picture;
  const colour = new Uint8Array(data.length * 3);
  for (let i = 0; i < data.length; i++) colour.fill(data[i]!, 3 * i, 3 * i + 3);
  return { data: colour, width, height, channels: 3 };
}

/** 255 − every value: dark on light becomes light on dark. */
export function invert(picture: Picture): Picture {
  checkPicture(picture, "invert");
  return { ...picture, data: picture.data.map((value) => 255 - value) };
}

/** The picture as an EXIF orientation (1 to 8) says it is shown. */
export function orient(picture: Picture, orientation: number): Picture {
  if (!(orientation >= 2 && orientation <= 8)) return picture;
  const { data, width, height, channels } = picture;
  const turned = orientation >= 5;
  const [w, h] = turned ? [height, width] : [width, height];
  const out = new Uint8Array(data.length);
  // of the eight: which axes run backwards in the stored picture
  const backX = [2, 3, 7, 8].includes(orientation);
  const backY = [3, 4, 6, 7].includes(orientation);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const [u, v] = turned ? [y, x] : [x, y];
      const from = ((backY ? height - 1 - v : v) * width + (backX ? width - 1 - u : u)) * channels;
      for (let c = 0; c < channels; c++) out[(y * w + x) * channels + c] = data[from + c]!;
    }
  }
  return { data: out, width: w, height: h, channels };
}
