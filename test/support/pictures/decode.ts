/** Decodes as a host does, without one: fflate unpacks. */
import { Inflate } from "fflate";
import { type DecodeOptions, decoding } from "../../../src/data/images/decode.ts";
import type { Picture } from "../../../src/data/images/picture.ts";
import type { Unpacked } from "../../../src/data/images/png/decode.ts";

export function decoded(bytes: Uint8Array, name = "a", options: DecodeOptions = {}): Picture {
  const steps = decoding(bytes, name, options);
  let unpacked: Unpacked = "damaged";
  for (;;) {
    const step = steps.next(unpacked);
    if (step.done) return step.value;
    if (step.value) unpacked = unpack(step.value.packed, step.value.most);
  }
}

function unpack(packed: readonly Uint8Array[], most: number): Unpacked {
  const parts: Uint8Array[] = [];
  let length = 0;
  let ended = false;
  const inflate = new Inflate((part, last) => {
    parts.push(part);
    length += part.length;
    ended ||= last;
  });
  try {
    const [first, ...others] = packed.map((part) => part.slice());
    // two bytes of zlib's own before what is deflated
    inflate.push(first!.subarray(2));
    for (const part of others) inflate.push(part);
    inflate.push(new Uint8Array(0), true);
  } catch {
    return "damaged";
  }
  if (length > most) return "too long";
  if (!ended) return "truncated";
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
