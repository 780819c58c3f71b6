/**
 * SHA-256 that is there on every runtime, without waiting: crypto.subtle needs a secure context and a promise. Computed in
 * the core, ten times as fast as in JavaScript when a process has just started.
 */
import { Core } from "../core/core.ts";

/** Bytes taken to the core at a time. */
const PIECE = 65536;
const BLOCK = 64;
let shared: Core | undefined;

/** A digest taken piece by piece. */
export class Sha256 {
  /** The eight words, between calls: the core's memory is shared by all digests under way. */
  #state: Uint8Array;
  readonly #rest = new Uint8Array(BLOCK);
  #length = 0;

  constructor() {
    const { core, state } = place();
    core.exports.sha256Init(state);
    this.#state = core.u8(state, 32).slice();
  }

  update(bytes: Uint8Array): this {
    const waiting = this.#length % BLOCK;
    this.#length += bytes.length;
    if (waiting + bytes.length < BLOCK) {
      this.#rest.set(bytes, waiting);
      return this;
    }
    let at = 0;
    if (waiting > 0) {
      at = BLOCK - waiting;
      this.#rest.set(bytes.subarray(0, at), waiting);
      this.#blocks(this.#rest);
    }
    const whole = at + Math.floor((bytes.length - at) / BLOCK) * BLOCK;
    this.#blocks(bytes.subarray(at, whole));
    this.#rest.set(bytes.subarray(whole));
    return this;
  }

  #blocks(bytes: Uint8Array): void {
    const { core, state, piece } = place();
    core.u8(state, 32).set(this.#state);
    for (let at = 0; at < bytes.length; at += PIECE) {
      const part = bytes.subarray(at, at + PIECE);
      core.u8(piece, part.length).set(part);
      core.exports.sha256Blocks(state, piece, part.length / BLOCK);
    }
    this.#state = core.u8(state, 32).slice();
  }

  /** 64 lower-case hexadecimal digits. Nothing can be added afterwards. */
  hex(): string {
    const bits = this.#length * 8;
    const padding = new Uint8Array((this.#length % BLOCK < 56 ? 56 : 120) - (this.#length % BLOCK) + 8);
    padding[0] = 0x80;
    const view = new DataView(padding.buffer);
    view.setUint32(padding.length - 8, Math.floor(bits / 4294967296));
    view.setUint32(padding.length - 4, bits >>> 0);
    this.update(padding);
    const words = new DataView(this.#state.buffer);
    let hex = "";
    for (let i = 0; i < 32; i += 4) hex += words.getUint32(i, true).toString(16).padStart(8, "0");
    return hex;
  }
}

const pieceAt = (core: Core): number => core.base + core.constant("SHA256_STATE");

function place(): { core: Core; state: number; piece: number } {
  if (shared === undefined) {
    shared = new Core();
    shared.reserve(pieceAt(shared) + PIECE);
  }
  return { core: shared, state: shared.base, piece: pieceAt(shared) };
}

/** The digest of `bytes` as 64 lower-case hexadecimal digits. */
export function sha256Hex(bytes: Uint8Array): string {
  return new Sha256().update(bytes).hex();
}
