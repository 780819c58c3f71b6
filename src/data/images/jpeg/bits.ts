/** The bits of a scan, between two markers (ITU-T T.81, F.2.2.5). */
import { NablaError } from "../../../errors.ts";
import { type HuffmanTable, LOOK } from "./huffman.ts";
import { nextMarker } from "./markers.ts";

const AGAIN = "copy or download the file again";

export class Bits {
  /** Where the next byte is. Never behind the marker that ends these bits. */
  at: number;
  /** The last 32 bits that were read; the lowest `#left` of them are to come. */
  #bits = 0;
  #left = 0;
  /** Zeros that were put behind the last bit there is. */
  #padding = 0;

  constructor(
    readonly bytes: Uint8Array,
    at: number,
  ) {
    this.at = at;
  }

  /** At least 25 bits. */
  #fill(): void {
    const { bytes } = this;
    let at = this.at;
    while (this.#left <= 24) {
      let byte = 0;
      if (at >= bytes.length) this.#padding += 8;
      else {
        byte = bytes[at]!;
        if (byte === 0xff) {
          // FF 00 is a byte FF, and FFs before it fill; FF and anything else is a marker
          let next = at + 1;
          while (bytes[next] === 0xff) next++;
          if (bytes[next] === 0) at = next;
          else {
            byte = 0;
            this.#padding += 8;
            at--;
          }
        }
        at++;
      }
      this.#bits = (this.#bits << 8) | byte;
      this.#left += 8;
    }
    this.at = at;
  }

  /** The symbol of the next code. */
  symbol(table: HuffmanTable): number {
    if (this.#left < 16) this.#fill();
    const found = table.look[(this.#bits >>> (this.#left - LOOK)) & ((1 << LOOK) - 1)]!;
    if (found !== 0) {
      this.#left -= found >> 8;
      return found & 255;
    }
    return this.#long(table);
  }

  #long({ last, offset, symbols }: HuffmanTable): number {
    for (let length = LOOK + 1; length <= 16; length++) {
      const code = (this.#bits >>> (this.#left - length)) & ((1 << length) - 1);
      if (code > last[length]!) continue;
      this.#left -= length;
      return symbols[code + offset[length]!]!;
    }
    this.check();
    throw new NablaError(
      `damaged JPEG: bits before byte ${this.at} that are no Huffman code of its tables; ${AGAIN}`,
    );
  }

  /** The next `n` bits, at most 16, as a number. */
  take(n: number): number {
    if (this.#left < n) this.#fill();
    this.#left -= n;
    return (this.#bits >>> this.#left) & ((1 << n) - 1);
  }

  /** The number that `n` bits stand for: those that begin with 0 are negative. */
  signed(n: number): number {
    const value = this.take(n);
    return value < 1 << (n - 1) ? value - (1 << n) + 1 : value;
  }

  /** @throws NablaError when more bits were taken than there are: to be called once for some of them */
  check(): void {
    if (this.#left >= this.#padding) return;
    throw this.at >= this.bytes.length ? truncated(this.bytes) : early(this.at);
  }

  /** Goes on behind the restart marker of this number. Bytes before it do not count. */
  restart(number: number): void {
    this.#left = this.#bits = this.#padding = 0;
    const marker = nextMarker(this.bytes, this.at);
    if (!marker) throw truncated(this.bytes);
    if (marker.code !== 0xd0 + number)
      throw new NablaError(
        `damaged JPEG: expected restart marker ${number} behind byte ${this.at}, got marker ff${marker.code.toString(16)}; ${AGAIN}`,
      );
    this.at = marker.at + 2;
  }
}

export const truncated = (bytes: Uint8Array): NablaError =>
  new NablaError(
    `truncated JPEG: it ends (at ${bytes.length} bytes) before its picture does; copy or download the file again`,
  );

const early = (at: number): NablaError =>
  new NablaError(`damaged JPEG: the marker at byte ${at} comes before its data is complete; ${AGAIN}`);
