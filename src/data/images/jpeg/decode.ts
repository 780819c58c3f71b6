/** JPEG files to pixels: the same ones as libjpeg's, in plain integers. */
import { NablaError } from "../../../errors.ts";
import type { ImageHeader } from "../imageHeader.ts";
import { orient, type Picture } from "../picture.ts";
import { type Frame, isFrame, readFrame } from "./frame.ts";
import { readHuffmanTables, standardTables } from "./huffman.ts";
import { DHT, DQT, DRI, EOI, isBare, nextMarker, SOS, segmentAt } from "./markers.ts";
import { JpegMemory } from "./memory.ts";
import { Progression } from "./progression.ts";
import { readBlocks, truncated } from "./scan.ts";
import { readScan } from "./scanHeader.ts";

/** No writer makes more; each takes the time of a look at every block. */
const MOST_SCANS = 100;

/** As in assembly/pictures/pixels.ts. */
const [GREY, RGB, YCC, CMYK, YCCK] = [0, 1, 2, 3, 4];

/**
 * Baseline, extended and progressive JPEG of 8 bits; grey, colours or four inks. A step is a few milliseconds' work.
 *
 * @throws NablaError without the file's name, for what is truncated or damaged
 */
export function* decodeJpeg(bytes: Uint8Array, header: ImageHeader): Generator<undefined, Picture> {
  const memory = new JpegMemory(bytes);
  try {
    const frame = yield* readScans(bytes, memory);
    if (frame.progressive) yield* memory.samples(frame);
    const { width, height, components } = frame;
    const { rgb, ycck } = header;
    const colours =
      components.length === 1 ? GREY : components.length === 3 ? (rgb ? RGB : YCC) : ycck ? YCCK : CMYK;
    const data = yield* memory.pixels(frame, colours!);
    const picture = { data, width, height, channels: components.length === 1 ? 1 : 3 } as const;
    return orient(picture, header.orientation);
  } finally {
    memory.free();
  }
}

/** Reads all segments into memory. */
function* readScans(bytes: Uint8Array, memory: JpegMemory): Generator<undefined, Frame> {
  const tables = standardTables();
  const quantisation = new Map<number, Uint16Array>();
  let frame: Frame | undefined;
  let progression: Progression | undefined;
  /** Components that have their quantisation steps: those that were in force at their first scan. */
  const begun = new Set<number>();
  let interval = 0;
  let scans = 0;
  for (let at = 2; ; ) {
    const marker = nextMarker(bytes, at);
    // a camera's frames may lack the last marker; whether a scan is missing, only sequential files show
    if (!marker && frame && !progression && begun.size === frame.components.length) break;
    if (!marker) throw truncated(bytes);
    const { code } = marker;
    if (code === EOI) break;
    at = marker.at + 2;
    if (isBare(code)) continue;
    const segment = segmentAt(bytes, marker.at);
    if (!segment) throw truncated(bytes);
    const { data, length } = segment;
    if (length < 2) throw new NablaError(`damaged JPEG: a segment of ${length} bytes at byte ${marker.at}`);
    at += length;
    if (code === DHT) readHuffmanTables(data, tables);
    if (code === DQT) readQuantisation(data, quantisation);
    if (code === DRI) interval = (data[0]! << 8) | data[1]!;
    if (isFrame(code)) {
      if (frame) throw new NablaError("damaged JPEG: it has two frames; copy or download the file again");
      frame = readFrame(code, data);
      if (frame.progressive) progression = new Progression(frame);
      memory.layOut(frame);
    }
    if (code !== SOS) continue;
    // the header was read before, so there is a frame
    const scan = readScan(data, frame!, tables);
    if (++scans > MOST_SCANS)
      throw new NablaError(`damaged JPEG: more than ${MOST_SCANS} scans, which no picture needs`);
    for (const { index, component } of scan.components) {
      if (begun.has(index)) {
        if (progression) continue;
        throw new NablaError("damaged JPEG: a component comes twice; copy or download the file again");
      }
      memory.setSteps(index, quantisation.get(component.table) ?? missing());
      begun.add(index);
    }
    progression?.expect(scan);
    at = yield* readBlocks(scan, frame!, bytes, memory, at, interval);
  }
  if (frame && begun.size === frame.components.length && progression?.complete !== false) return frame;
  throw new NablaError(
    "truncated JPEG: its last scans are missing, so the picture is only in part there; copy or download the file again",
  );
}

function missing(): never {
  throw new NablaError("damaged JPEG: a quantisation table is missing; copy or download the file again");
}

/** Reads a DQT segment into the tables it names. */
function readQuantisation(data: Uint8Array, tables: Map<number, Uint16Array>): void {
  for (let at = 0; at < data.length; ) {
    const wide = data[at]! >> 4 === 1 ? 2 : 1;
    const number = data[at]! & 15;
    const values = data.subarray(at + 1, at + 1 + 64 * wide);
    if (number > 3 || data[at]! >> 4 > 1 || values.length < 64 * wide)
      throw new NablaError(
        "damaged JPEG: a quantisation table that cannot be; copy or download the file again",
      );
    const table = Uint16Array.from({ length: 64 }, (_, i) =>
      wide === 2 ? (values[2 * i]! << 8) | values[2 * i + 1]! : values[i]!,
    );
    tables.set(number, table);
    at += 1 + 64 * wide;
  }
}
