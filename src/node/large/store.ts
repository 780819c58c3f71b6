/** Rows of numbers in a file that only this process has, in float64. */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { NablaError } from "../../errors.ts";
import { attempt } from "../../host.ts";
import { reasonOf } from "../fileSystem.ts";

export class RowStore {
  private readonly file: number;
  private readonly folder: string;
  private open = true;
  private at = 0;

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
    const bytes = new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength);
    try {
      for (let from = 0; from < bytes.length; )
        from += writeSync(this.file, bytes, from, bytes.length - from);
    } catch (cause) {
      throw this.failed(cause, this.folder);
    }
    this.at += bytes.length;
  }

  get bytes(): number {
    return this.at;
  }

  /** Rows by their numbers, one after the other; neighbours are read at once. */
  read(rows: Uint32Array, out: Float64Array): void {
    if (!this.open)
      throw new NablaError(`${this.name}: its rows are gone, because of close(); open the table again`);
    const size = 8 * this.width;
    const bytes = new Uint8Array(out.buffer, out.byteOffset, out.byteLength);
    for (let i = 0; i < rows.length; ) {
      let n = 1;
      while (i + n < rows.length && rows[i + n] === rows[i]! + n) n++;
      let [to, from] = [i * size, rows[i]! * size];
      for (let left = n * size; left > 0; ) {
        const got = readSync(this.file, bytes, to, left, from);
        if (got === 0) throw new NablaError(`${this.name}: row ${rows[i]} is not there; expected fewer rows`);
        [to, from, left] = [to + got, from + got, left - got];
      }
      i += n;
    }
  }

  close(): void {
    if (!this.open) return;
    this.open = false;
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
