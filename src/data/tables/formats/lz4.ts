/**
 * LZ4 frames, as Arrow files pack buffers: https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md. Blocks may refer to those before. Time
 * and memory are in proportion to what comes out. Checksums are not looked at.
 */
const MAGIC = 0x184d2204;
/** Highest bit of a block's size: its bytes are stored as they are. */
const STORED = 0x80000000;
/** The shortest match. */
const LEAST = 4;

/**
 * @param room bytes that may come out
 * @throws Error for what is damaged, or unpacks to more
 */
export function unpackLz4(bytes: Uint8Array, room: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = new Growing(room);
  let at = 0;
  while (at < bytes.length) {
    if (view.getUint32(at, true) !== MAGIC) throw new Error("no LZ4 frame");
    const flags = bytes[at + 4]!;
    const [checked, sized, ended, dictionary] = [flags & 16, flags & 8, flags & 4, flags & 1];
    if (flags >> 6 !== 1 || dictionary)
      throw new Error("an LZ4 frame of another version, or with a dictionary");
    if (sized) out.expect(Number(view.getBigUint64(at + 6, true)));
    at += 7 + (sized ? 8 : 0);
    const begins = out.length;
    for (;;) {
      const size = view.getUint32(at, true);
      at += 4;
      if (size === 0) break;
      const length = size % STORED;
      const end = at + length;
      if (end > bytes.length) throw new Error("an LZ4 block is cut off");
      if (size >= STORED) out.add(bytes, at, end);
      else unpackBlock(bytes.subarray(at, end), out, begins);
      at = end + (checked ? 4 : 0);
    }
    if (ended) at += 4;
  }
  return out.whole();
}

/** @param begins where the frame begins in what is there already */
function unpackBlock(bytes: Uint8Array, out: Growing, begins: number): void {
  const end = bytes.length;
  let at = 0;
  const more = (least: number): number => {
    let length = least;
    for (let byte = 255; byte === 255; length += byte) {
      if (at >= end) throw new Error("an LZ4 block is cut off");
      byte = bytes[at++]!;
    }
    return length;
  };
  while (at < end) {
    const token = bytes[at++]!;
    const literals = token >> 4 === 15 ? more(15) : token >> 4;
    if (at + literals > end) throw new Error("an LZ4 block is cut off");
    out.add(bytes, at, at + literals);
    at += literals;
    if (at === end) return;
    if (at + 2 > end) throw new Error("an LZ4 block is cut off");
    const back = bytes[at]! | (bytes[at + 1]! << 8);
    at += 2;
    if (back === 0 || back > out.length - begins) throw new Error("an LZ4 match lies before its frame");
    out.repeat(back, LEAST + ((token & 15) === 15 ? more(15) : token & 15));
  }
}

/** Bytes whose number is not known before. */
class Growing {
  length = 0;
  private bytes = new Uint8Array(0);

  constructor(private readonly room: number) {}

  /** Said by the file, and not to be believed beyond what may come. */
  expect(bytes: number): void {
    this.fit(bytes, true);
  }

  add(from: Uint8Array, start: number, end: number): void {
    this.fit(end - start);
    this.bytes.set(from.subarray(start, end), this.length);
    this.length += end - start;
  }

  /** What was `back` bytes before, which may reach into what comes of it. */
  repeat(back: number, count: number): void {
    this.fit(count);
    const { bytes } = this;
    const end = this.length + count;
    for (let to = this.length; to < end; to++) bytes[to] = bytes[to - back]!;
    this.length = end;
  }

  whole(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  private fit(more: number, exactly = false): void {
    const wanted = this.length + more;
    if (wanted > this.room) throw new Error(`unpacks to more than ${this.room} bytes`);
    if (wanted <= this.bytes.length) return;
    const size = exactly ? wanted : Math.min(this.room, Math.max(wanted, 2 * this.bytes.length, 1 << 12));
    const grown = new Uint8Array(size);
    grown.set(this.whole());
    this.bytes = grown;
  }
}
