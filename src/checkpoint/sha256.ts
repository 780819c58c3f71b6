/** SHA-256 that is there on every runtime, without waiting: crypto.subtle needs a secure context and a promise. */
import { sha256 } from "@noble/hashes/sha2.js";

/** A digest taken piece by piece. */
export class Sha256 {
  readonly #state = sha256.create();

  update(bytes: Uint8Array): this {
    this.#state.update(bytes);
    return this;
  }

  /** 64 lower-case hexadecimal digits. Nothing can be added afterwards. */
  hex(): string {
    return Array.from(this.#state.digest(), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}

/** The digest of `bytes` as 64 lower-case hexadecimal digits. */
export function sha256Hex(bytes: Uint8Array): string {
  return new Sha256().update(bytes).hex();
}
