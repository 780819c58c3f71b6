/** The beginning of a JPEG file: its size, its colours and how the camera was held, before the first scan. */
import { NablaError, prefixed } from "../../../errors.ts";
import { exifOrientation } from "../exif.ts";
import type { ImageHeader } from "../imageHeader.ts";
import { type Frame, isFrame, leastBytes, readFrame } from "./frame.ts";
import { EOI, isBare, nextMarker, SOS, segmentAt } from "./markers.ts";

/** undefined when `bytes` ends before the first scan. */
export function readJpegHeader(bytes: Uint8Array, name: string): ImageHeader | undefined {
  let frame: Frame | undefined;
  let orientation: number | undefined;
  let transform: number | undefined;
  let jfif = false;
  for (let at = 2; ; ) {
    const marker = nextMarker(bytes, at);
    if (!marker) return undefined;
    const { code } = marker;
    if (code === SOS) break;
    if (code === EOI) throw new NablaError(`${name}: damaged JPEG: it ends without a picture`);
    at = marker.at + 2;
    if (isBare(code)) continue;
    const segment = segmentAt(bytes, marker.at);
    if (!segment) return undefined;
    const { data, length } = segment;
    if (length < 2)
      throw new NablaError(`${name}: damaged JPEG: a segment of ${length} bytes at byte ${marker.at}`);
    at += length;
    if (isFrame(code)) frame ??= prefixed(`${name}: `, () => readFrame(code, data));
    if (code === 0xe0 && startsWith(data, "JFIF\0")) jfif = true;
    if (code === 0xe1 && startsWith(data, "Exif\0")) orientation ??= exifOrientation(data.subarray(6));
    if (code === 0xee && startsWith(data, "Adobe") && data.length >= 12) transform = data[11];
  }
  if (!frame)
    throw new NablaError(`${name}: damaged JPEG: a scan begins before the size of the picture is given`);
  const { width, height, components } = frame;
  if (components.length === 4 && transform === undefined)
    throw new NablaError(
      `${name}: a JPEG of four components without Adobe's marker, which would say whether they are inverted; save it as RGB`,
    );
  orientation ??= 1;
  const turned = orientation >= 5;
  // as libjpeg decides: JFIF has no colours but luminance and differences, and else Adobe's marker says it
  const named = String.fromCharCode(...components.map(({ id }) => id)) === "RGB";
  return {
    kind: "jpeg",
    width: turned ? height : width,
    height: turned ? width : height,
    channels: components.length === 1 ? 1 : 3,
    orientation,
    least: leastBytes(frame),
    rgb: components.length === 3 && !jfif && (transform === undefined ? named : transform === 0),
    ycck: components.length === 4 && transform !== 0,
  };
}

const startsWith = (data: Uint8Array, text: string): boolean =>
  data.length >= text.length && [...text].every((letter, i) => data[i] === letter.charCodeAt(0));
