/** All that training changes of a network, as one. Loaded by what trains: the methods of a network are loaded by every page. */
import type { Network } from "./network.ts";

/** Where the parameters lie, and what is here of the optimizer's slots, in bytes. */
function ranges({ core, all, bytes, flat, kept }: Network): [at: number, n: number][] {
  const of = (slot: number): [number, number] =>
    kept && slot !== flat.w ? [slot + kept.at, kept.bytes] : [slot, bytes];
  return [[core.base, all], ...flat.slots.map(of)];
}

/** A copy of parameters and slots. For going back, and for another thread. @param room where it is written, if it has the size */
export function takeSnapshot(network: Network, room?: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const { core } = network;
  const all = ranges(network);
  const size = all.reduce((sum, [, n]) => sum + n, 0);
  const copy = room?.length === size ? room : new Uint8Array(size);
  let to = 0;
  for (const [at, n] of all) {
    copy.set(core.u8(at, n), to);
    to += n;
  }
  return copy;
}

/** Sets parameters and slots to what they were. */
export function restoreSnapshot(network: Network, copy: Uint8Array): void {
  network.changes++;
  const { core } = network;
  let from = 0;
  for (const [at, n] of ranges(network)) {
    core.u8(at, n).set(copy.subarray(from, from + n));
    from += n;
  }
}

/** Sets the weights that training moves to the parameters, where these are an average of them. */
export function moveToAverage(network: Network): void {
  const { w, average, n } = network.flat;
  if (w === average) return;
  network.changes++;
  network.core.f32(w, n).set(network.core.f32(average!, n));
}
