/** What takes time in decoding pictures: a core of its own (assembly/pictures), so that nobody has it who decodes none. */
import { core } from "#pictures";
import { type Build, compiled } from "./compile.ts";

export interface PictureExports {
  readonly memory: WebAssembly.Memory;
  /** Memory from here on is the host's. */
  readonly BASE: WebAssembly.Global;
  /** Bits from an address on, up to another; and where reading them has come to. */
  begin(from: number, to: number): void;
  position(): number;
  /** A scan: what it does with blocks, first and last coefficient, place of its bit, MCUs between restart markers. */
  beginScan(how: number, first: number, last: number, bit: number, interval: number): void;
  /** A row of MCUs of so many components; returns what went wrong. */
  scanRow(components: number, count: number, across: number, y: number): number;
  /** A row of blocks of a progressive component. */
  sampleRow(component: number, blocks: number, y: number): void;
  /** Rows of pixels. */
  pixelRows(components: number, colours: number, width: number, from: number, to: number, out: number): void;
}

const build: Build = { code: core };
/** Instances that nobody uses. */
const free: PictureExports[] = [];
/** One with a larger memory is not kept: memories never become smaller. */
const KEPT = 2 ** 25;

/**
 * An instance for one picture, to be given back.
 *
 * @throws NablaError where the engine cannot or may not compile it
 */
export function takePictures(): PictureExports {
  return free.pop() ?? (new WebAssembly.Instance(compiled(build), {}).exports as unknown as PictureExports);
}

export function giveBackPictures(instance: PictureExports): void {
  if (instance.memory.buffer.byteLength <= KEPT) free.push(instance);
}
