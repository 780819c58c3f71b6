/** Where things lie in the memory of the core that decodes pictures (assembly/pictures). */
import { giveBackPictures, type PictureExports, takePictures } from "../../../core/pictures.ts";
import { NablaError } from "../../../errors.ts";
import type { Component, Frame } from "./frame.ts";
import { TABLE_BYTES } from "./huffman.ts";
import type { Scan } from "./scanHeader.ts";

const PAGE = 65_536;

/** Fields of a component's record, four bytes each. */
const FIELDS = 14;

/** What may be written behind a row, or read. */
const SLACK = 64;

/** Rows of pixels made in one go: some milliseconds' work. */
const BAND = 2 ** 18;

/** Addresses of a component's parts. */
interface Place {
  readonly record: number;
  readonly plane: number;
  readonly steps: number;
  readonly tables: number;
  readonly coefficients: number;
  readonly row: number;
}

export class JpegMemory {
  readonly core: PictureExports;
  /** Where the file lies. */
  readonly file: number;
  #end: number;
  #places: Place[] = [];
  /** Addresses of the components of a scan, or of all. */
  #list = 0;
  #out = 0;
  #rows = 0;

  constructor(bytes: Uint8Array) {
    this.core = takePictures();
    this.#end = this.core.BASE.value as number;
    this.file = this.#take(bytes.length);
    this.#need();
    this.#bytes().set(bytes, this.file);
  }

  /** Lets others use this memory. */
  free(): void {
    giveBackPictures(this.core);
  }

  /** Room for so many bytes. */
  #take(bytes: number): number {
    const at = this.#end;
    this.#end = at + Math.ceil((bytes + SLACK) / 16) * 16;
    return at;
  }

  /** Makes memory as large as what was taken. */
  #need(): void {
    const { memory } = this.core;
    const pages = Math.ceil((this.#end + SLACK - memory.buffer.byteLength) / PAGE);
    if (pages <= 0) return;
    try {
      memory.grow(pages);
    } catch (cause) {
      throw new NablaError(
        `${Math.ceil(this.#end / 2 ** 20)} MB of memory are needed to decode it, and this engine has no more; make the picture smaller first`,
        { cause },
      );
    }
  }

  #bytes(): Uint8Array {
    return new Uint8Array(this.core.memory.buffer);
  }

  #words(at: number, length: number): Int32Array {
    return new Int32Array(this.core.memory.buffer, at, length);
  }

  /** Room for all that a frame takes. */
  layOut({ components, progressive, width, h, v }: Frame): void {
    this.#places = components.map(({ stride, rows }) => {
      const blocks = stride * rows;
      return {
        record: this.#take(4 * FIELDS),
        plane: this.#take(64 * blocks),
        steps: this.#take(4 * 64),
        tables: this.#take(2 * TABLE_BYTES),
        coefficients: progressive ? this.#take(128 * blocks) : 0,
        row: this.#take(width + 4 * h),
      };
    });
    this.#list = this.#take(4 * components.length);
    this.#rows = Math.max(1, Math.floor(BAND / width));
    this.#out = this.#take(this.#rows * width * 3);
    this.#need();
    components.forEach((component, i) => {
      this.#set(component, this.#places[i]!, h, v);
      const { coefficients } = this.#places[i]!;
      // memory may be that of another picture
      if (progressive)
        this.#bytes().fill(0, coefficients, coefficients + 128 * component.stride * component.rows);
    });
  }

  #set(
    component: Component,
    { record, plane, steps, tables, coefficients, row }: Place,
    h: number,
    v: number,
  ): void {
    const across = h / component.h;
    const down = v / component.v;
    const { width, height, stride } = component;
    this.#words(record, FIELDS).set([
      ...[plane, 8 * stride, steps, tables, tables + TABLE_BYTES, 0, component.h, component.v],
      ...[coefficients, width, height, across, down, row],
    ]);
  }

  setSteps(index: number, steps: Uint16Array): void {
    this.#words(this.#places[index]!.steps, 64).set(steps);
  }

  /** Begins a scan whose bits begin at a byte of the file. */
  begin({ components, how, first, last, after }: Scan, from: number, to: number, interval: number): void {
    const bytes = this.#bytes();
    for (const { index, dc, ac } of components) {
      const { tables, record } = this.#places[index]!;
      if (dc) bytes.set(dc, tables);
      if (ac) bytes.set(ac, tables + TABLE_BYTES);
      this.#words(record, FIELDS)[5] = 0;
    }
    this.#words(this.#list, components.length).set(
      components.map(({ index }) => this.#places[index]!.record),
    );
    this.core.begin(this.file + from, this.file + to);
    this.core.beginScan(how, first, last, after, interval);
  }

  /** A row of MCUs; returns what went wrong. */
  scanRow(count: number, across: number, y: number): number {
    return this.core.scanRow(this.#list, count, across, y);
  }

  /** Where in the file reading has come to. */
  get position(): number {
    return this.core.position() - this.file;
  }

  /** Progressive: coefficients to samples, a row of blocks in a step. */
  *samples({ components }: Frame): Generator<undefined, void> {
    for (const [i, { blocksWide, blocksHigh }] of components.entries()) {
      for (let y = 0; y < blocksHigh; y++) {
        this.core.sampleRow(this.#places[i]!.record, blocksWide, y);
        yield;
      }
    }
  }

  /** Samples to pixels, a band of rows in a step. `colours` as in assembly/pictures/pixels.ts. */
  *pixels({ width, height }: Frame, colours: number): Generator<undefined, Uint8Array> {
    const places = this.#places;
    this.#words(this.#list, places.length).set(places.map(({ record }) => record));
    const bytes = this.#bytes();
    const stride = width * (places.length === 1 ? 1 : 3);
    const out = new Uint8Array(stride * height);
    for (let y = 0; y < height; y += this.#rows) {
      const end = Math.min(height, y + this.#rows);
      this.core.pixelRows(this.#list, colours, width, y, end, this.#out);
      out.set(bytes.subarray(this.#out, this.#out + (end - y) * stride), y * stride);
      yield;
    }
    return out;
  }
}
