/** Numbers and texts at places of an HDF5 file, each checked before it is read. */
import { NablaError } from "../../errors.ts";
import { anyText } from "../../host.ts";

export class Cursor {
  private readonly view: DataView;
  /** Bytes that have been walked over: many more than there are is a circle. */
  private walked = 0;

  constructor(
    protected readonly bytes: Uint8Array,
    readonly name: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  protected broken(why: string): NablaError {
    return new NablaError(`${this.name}: broken HDF5 file: ${why}`);
  }

  protected check(at: number, size: number): void {
    if (!(at >= 0 && size >= 0 && at + size <= this.bytes.length))
      throw this.broken(`it is cut at byte ${at}`);
  }
  protected u8(at: number): number {
    this.check(at, 1);
    return this.view.getUint8(at);
  }
  protected u16(at: number): number {
    this.check(at, 2);
    return this.view.getUint16(at, true);
  }
  protected u32(at: number): number {
    this.check(at, 4);
    return this.view.getUint32(at, true);
  }
  protected u64(at: number): bigint {
    this.check(at, 8);
    return this.view.getBigUint64(at, true);
  }
  protected length(at: number): number {
    const value = this.u64(at);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.broken(`a length of ${value} at byte ${at}`);
    return Number(value);
  }
  protected address(at: number): number {
    const value = this.length(at);
    this.check(value, 1);
    return value;
  }
  protected signed(at: number, text: string): boolean {
    this.check(at, text.length);
    return Array.from(text).every((sign, i) => this.bytes[at + i] === sign.charCodeAt(0));
  }
  protected slice(at: number, size: number): Uint8Array {
    this.check(at, size);
    return this.bytes.subarray(at, at + size);
  }
  /** A text that ends with a zero, or with its place. */
  protected text(at: number, most: number): string {
    const bytes = this.slice(at, Math.min(most, this.bytes.length - at));
    const end = bytes.indexOf(0);
    this.walk(end < 0 ? bytes.length : end);
    return anyText(end < 0 ? bytes : bytes.subarray(0, end));
  }
  /** @throws NablaError where more has been walked over than there is: parts that lead to each other */
  protected walk(size: number): void {
    this.walked += size;
    if (this.walked > 16 * this.bytes.length + 65_536) throw this.broken("its parts lead round in a circle");
  }
}
