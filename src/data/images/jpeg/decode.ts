/** JPEG files to pixels: the same ones as libjpeg's, in plain integers. */
import { NablaError } from "../../../errors.ts";
import type { ImageHeader } from "../imageHeader.ts";
import { orient, type Picture } from "../picture.ts";
import { Bits, truncated } from "./bits.ts";
import { type Frame, isFrame, readFrame } from "./frame.ts";
import { readHuffmanTables, standardTables } from "./huffman.ts";
import { DHT, DQT, DRI, EOI, isBare, nextMarker, SOS, segmentAt } from "./markers.ts";
import { type Plane, pixelsOf } from "./pixels.ts";
import { Coefficients } from "./progressive.ts";
import { readScan } from "./scan.ts";
import { sequentialScan } from "./sequential.ts";

/** No writer makes more; each takes the time of a look at every block. */
const MOST_SCANS = 100;

/**
 * Baseline, extended and progressive JPEG of 8 bits; grey, colours or four inks. A step is a few milliseconds' work.
 *
 * @throws NablaError without the file's name, for what is truncated or damaged
 */
export function* decodeJpeg(bytes: Uint8Array, header: ImageHeader): Generator<undefined, Picture> {
  const tables = standardTables();
  const quantisation = new Map<number, Uint16Array>();
  let frame: Frame | undefined;
  let planes: Plane[] = [];
  let coefficients: Coefficients | undefined;
  /** Quantisation steps of each component: those that were in force at its first scan. */
  const steps: Uint16Array[] = [];
  let interval = 0;
  let scans = 0;
  for (let at = 2; ; ) {
    const marker = nextMarker(bytes, at);
    // a camera's frames may lack the last marker; whether a scan is missing, only sequential files show
    if (!marker && frame && !frame.progressive && steps.filter(Boolean).length === planes.length) break;
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
      planes = planesOf(frame);
      if (frame.progressive) coefficients = new Coefficients(frame);
    }
    if (code !== SOS) continue;
    // the header was read before, so there is a frame
    const scan = readScan(data, frame!, tables);
    if (++scans > MOST_SCANS)
      throw new NablaError(`damaged JPEG: more than ${MOST_SCANS} scans, which no picture needs`);
    for (const { index, component } of scan.components) {
      if (steps[index] && !coefficients)
        throw new NablaError("damaged JPEG: a component comes twice; copy or download the file again");
      steps[index] ??= quantisation.get(component.table) ?? missing();
    }
    const bits = new Bits(bytes, at);
    if (coefficients) yield* coefficients.scan(scan, bits, interval);
    else yield* sequentialScan(scan, frame!, bits, interval, steps, planes);
    at = bits.at;
  }
  if (steps.filter(Boolean).length < planes.length || coefficients?.complete === false)
    throw new NablaError(
      "truncated JPEG: its last scans are missing, so the picture is only in part there; copy or download the file again",
    );
  if (coefficients) yield* coefficients.samples(steps, planes);
  const { rgb = false, ycck = false } = header;
  return orient(yield* pixelsOf(frame!, planes, { rgb, ycck }), header.orientation);
}

function missing(): never {
  throw new NablaError("damaged JPEG: a quantisation table is missing; copy or download the file again");
}

const planesOf = ({ components }: Frame): Plane[] =>
  components.map((component) => ({
    component,
    samples: new Uint8ClampedArray(component.stride * component.rows * 64),
  }));

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
