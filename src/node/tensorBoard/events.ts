/**
 * Event files as TensorBoard reads them: records with checksums, each a protocol buffer.
 *
 *     record   length (uint64), checksum of its bytes, message, checksum of its bytes; all little-endian
 *
 * Formats: tensorflow/core/lib/io/record_writer.h, tensorflow/core/util/event.proto, core/framework/{summary,graph,node_def}.proto
 */

import { appendFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { joined } from "../../checkpoint/safetensors.ts";
import { encode, type Messages } from "../../interop/protobuf.ts";
import { makeFolder } from "../makeFolder.ts";

const MESSAGES: Messages = {
  Event: {
    1: ["wallTime", "double"],
    2: ["step", "int"],
    3: ["fileVersion", "text"],
    4: ["graph", "bytes"],
    5: ["summary", "Summary"],
    7: ["session", "Session"],
  },
  Session: { 1: ["status", "int"] },
  Summary: { 1: ["values", ["Value"]] },
  Value: { 1: ["tag", "text"], 2: ["value", "float"], 5: ["histogram", "Histogram"] },
  Histogram: {
    1: ["min", "double"],
    2: ["max", "double"],
    3: ["count", "double"],
    4: ["sum", "double"],
    5: ["squares", "double"],
    6: ["limits", ["double"]],
    7: ["counts", ["double"]],
  },
  Graph: { 1: ["nodes", ["Node"]], 4: ["versions", "Versions"] },
  Versions: { 1: ["producer", "int"] },
  Node: { 1: ["name", "text"], 2: ["op", "text"], 3: ["inputs", ["text"]], 5: ["attributes", ["Entry"]] },
  Entry: { 1: ["key", "text"], 2: ["value", "Attribute"] },
  Attribute: { 1: ["list", "List"], 2: ["text", "text"], 3: ["int", "int"] },
  List: { 7: ["shapes", ["Shape"]] },
  Shape: { 2: ["dims", ["Dim"]] },
  Dim: { 1: ["size", "int"] },
};

/** A histogram as the format has it: how many values lie below each limit and not below the one before. */
export interface Histogram {
  readonly min: number;
  readonly max: number;
  readonly count: number;
  readonly sum: number;
  readonly squares: number;
  readonly limits: readonly number[];
  readonly counts: readonly number[];
}

/** One figure, or one histogram, under its name. */
export type Value = { readonly tag: string } & (
  | { readonly value: number }
  | { readonly histogram: Histogram }
);

/** A node of the graph. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  /** Of a row of its outputs. */
  readonly shape: readonly number[];
  readonly parameters: number;
}

const TABLE = /* @__PURE__ */ Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0x82f63b78 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** CRC-32C (Castagnoli). */
export function crc32c(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = TABLE[(value ^ byte) & 255]! ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

/** Checksums are turned and moved, so that the checksum of what has checksums in it is a good one. */
const masked = (bytes: Uint8Array): number => {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
};

function record(message: Uint8Array): Uint8Array {
  const out = new Uint8Array(message.length + 16);
  const view = new DataView(out.buffer);
  view.setBigUint64(0, BigInt(message.length), true);
  view.setUint32(8, masked(out.subarray(0, 8)), true);
  out.set(message, 12);
  view.setUint32(12 + message.length, masked(message), true);
  return out;
}

let files = 0;

/** One file of events. It is made when the first is written. */
export class EventFile {
  private readonly name =
    `events.out.tfevents.${Math.floor(Date.now() / 1000)}.${hostname()}.${process.pid}.${files++}`;
  private begun = false;

  /** @param from the step at which it begins: TensorBoard leaves out what earlier files say of it and of later ones */
  constructor(
    private readonly folder: string,
    private readonly from?: number,
  ) {}

  async write(step: number, values: readonly Value[]): Promise<void> {
    if (values.length > 0) await this.append({ step, summary: { values } });
  }

  async writeGraph(nodes: readonly GraphNode[]): Promise<void> {
    const graph = {
      nodes: nodes.map(({ name, op, inputs, shape, parameters }) => ({
        name,
        op,
        inputs,
        attributes: [
          {
            key: "_output_shapes",
            value: { list: { shapes: [{ dims: [-1, ...shape].map((size) => ({ size })) }] } },
          },
          { key: "parameters", value: { int: parameters } },
        ],
      })),
      versions: { producer: 1 },
    };
    await this.append({ graph: joined(encode(graph, "Graph", MESSAGES)) });
  }

  private async append(event: object): Promise<void> {
    const { folder, from } = this;
    const wallTime = Date.now() / 1000;
    const all: object[] = this.begun
      ? [event]
      : [
          { fileVersion: "brain.Event:2" },
          ...(from === undefined ? [] : [{ step: from, session: { status: 1 } }]),
          event,
        ];
    if (!this.begun) makeFolder(folder);
    const records = all.map((each) => record(joined(encode({ wallTime, ...each }, "Event", MESSAGES))));
    await appendFile(join(folder, this.name), joined(records));
    this.begun = true;
  }
}

/** So many bars of the same width; of numbers that are all alike one. Those that are not finite are left out. */
export function histogramOf(values: ArrayLike<number>, bars = 30): Histogram {
  let [min, max, count, sum, squares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
    count++;
    sum += value;
    squares += value * value;
  }
  if (count === 0) return { min: 0, max: 0, count: 0, sum: 0, squares: 0, limits: [0], counts: [0] };
  const width = (max - min) / bars;
  if (!(width > 0)) return { min, max, count, sum, squares, limits: [max], counts: [count] };
  const counts = new Array<number>(bars).fill(0);
  for (let i = 0; i < values.length; i++)
    if (Number.isFinite(values[i]!)) counts[Math.min(bars - 1, Math.floor((values[i]! - min) / width))]!++;
  const limits = counts.map((_, i) => (i === bars - 1 ? max : min + (i + 1) * width));
  return { min, max, count, sum, squares, limits, counts };
}
