/** Rows of numbers in a file that only this process has: float64 until all of them are there, then float32, as models read them. */
import { closeSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { NablaError } from "../../errors.ts";
import { attempt } from "../../host.ts";
import { reasonOf } from "../fileSystem.ts";

/** Bytes of float64 that become float32 at once. */
const PASS = 1 << 20;

const bytesOf = ({ buffer, byteOffset, byteLength }: Float64Array | Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

export class RowStore {
  private readonly file: number;
  private readonly folder: string;
  private open = true;
  private at = 0;
  private itemBytes = 8;
  /** The first rows, each so many of them together, as long as there is room. */
  private held: Float32Array[] = [];
  private heldRows = 0;
  private together = 1;

  /** @param within a folder for the file, which is gone when the process ends */
  constructor(
    within: string,
    private readonly name: string,
    readonly width: number,
  ) {
    try {
      this.folder = mkdtempSync(join(within, "nabla-rows-"));
      this.file = openSync(join(this.folder, "rows"), "wx+", 0o600);
    } catch (cause) {
      throw this.failed(cause, within);
    }
    // where a system lets go of a name while a file is open, nothing is left behind by a crash
    attempt(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  /** @param rows of `width` numbers each, behind those that are there */
  add(rows: Float64Array): void {
    this.write(rows, this.at);
    this.at += rows.byteLength;
  }

  /**
   * Makes float32 of all rows, in place: half the bytes to read from then on. The first ones stay in memory: rows come in any order, so
   * it does not matter which, and what is held needs no call to the system.
   *
   * @param row what becomes of the values of a row
   * @param room bytes of rows that are held
   */
  finish(row: (from: Float64Array, to: Float32Array, at: number) => void, room: number): void {
    const { width } = this;
    const all = this.at / (8 * width);
    const some = Math.max(1, Math.floor(PASS / (8 * width)));
    const from = new Float64Array(some * width);
    const passing = new Float32Array(some * width);
    this.together = some;
    for (let first = 0; first < all; first += some) {
      const values = Math.min(some, all - first) * width;
      const holds = this.heldRows === first && 4 * (first * width + values) <= room;
      const to = holds ? new Float32Array(values) : passing;
      if (holds) {
        this.held.push(to);
        this.heldRows = first + values / width;
      }
      this.fill(bytesOf(from).subarray(0, 8 * values), 8 * width * first);
      for (let at = 0; at < values; at += width) row(from, to, at);
      // never beyond what has been read
      this.write(to.subarray(0, values), 4 * width * first);
    }
    this.at /= 2;
    this.itemBytes = 4;
    ftruncateSync(this.file, this.at);
  }

  get bytes(): number {
    return this.at;
  }

  /** Rows by their numbers, one after the other; neighbours in the file are read at once. */
  read(rows: Uint32Array, out: Float64Array | Float32Array): void {
    const { width, heldRows, together } = this;
    const size = this.itemBytes * width;
    const bytes = bytesOf(out);
    this.demandOpen();
    for (let i = 0; i < rows.length; ) {
      const row = rows[i]!;
      if (row < heldRows) {
        const block = this.held[Math.floor(row / together)]!;
        const at = (row % together) * width;
        for (let c = 0; c < width; c++) out[i * width + c] = block[at + c]!;
        i++;
        continue;
      }
      let n = 1;
      while (i + n < rows.length && rows[i + n] === rows[i]! + n) n++;
      this.fill(bytes, rows[i]! * size, i * size, n * size);
      i += n;
    }
  }

  /** From a place in the file on. */
  private fill(bytes: Uint8Array, from: number, at = 0, length = bytes.length): void {
    for (let to = 0; to < length; ) {
      const got = readSync(this.file, bytes, at + to, length - to, from + to);
      if (got === 0)
        throw new NablaError(
          `${this.name}: row ${Math.floor((from + to) / (this.itemBytes * this.width))} is not there; expected fewer rows`,
        );
      to += got;
    }
  }

  private demandOpen(): void {
    if (!this.open)
      throw new NablaError(`${this.name}: its rows are gone, because of close(); open the table again`);
  }

  private write(values: Float64Array | Float32Array, at: number): void {
    const bytes = bytesOf(values);
    try {
      for (let from = 0; from < bytes.length; )
        from += writeSync(this.file, bytes, from, bytes.length - from, at + from);
    } catch (cause) {
      throw this.failed(cause, this.folder);
    }
  }

  close(): void {
    if (!this.open) return;
    this.open = false;
    this.held = [];
    closeSync(this.file);
    attempt(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  private failed(cause: unknown, where: string): NablaError {
    return new NablaError(
      `${this.name}: its rows cannot be kept in ${where}: ${reasonOf(cause)}; they take ${8 * this.width} bytes each: name another folder (folder)`,
      { cause },
    );
  }
}
