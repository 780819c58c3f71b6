/** Cores with a memory that threads share. */
import { decodeBytes } from "../core/bytes.ts";
import type { Build } from "../core/compile.ts";
import { Core } from "../core/core.ts";
import { MOST_PAGES, type SharedCode, withSharedMemory } from "../core/shared.ts";
import { isA } from "../tags.ts";

/** Each is made once. */
const known = new WeakMap<Build, SharedCode>();

/**
 * A build of the core, to be used with a shared memory.
 * @returns undefined where its bytes are not to be had
 */
export function sharedCode(build: Build): SharedCode | undefined {
  // a training worker has a module, as have hosts where there are no threads
  const { code } = build;
  const found = known.get(build);
  if (found) return found;
  const bytes = typeof code === "string" ? decodeBytes(code) : isA("Uint8Array", code) ? code : undefined;
  if (!bytes) return undefined;
  const made = withSharedMemory(bytes);
  known.set(build, made);
  return made;
}

/** Compiled once. */
const builds = new WeakMap<SharedCode, Build>();

/**
 * An instance on a memory of its own, which can be shared. Engines keep addresses for all that a shared memory may become: where there is
 * no room for 4 GiB there may be for less.
 *
 * @throws RangeError where there is no room for any
 */
export function sharedCore(shared: SharedCode): { core: Core; memory: WebAssembly.Memory } {
  let build = builds.get(shared);
  if (!build) builds.set(shared, (build = { code: shared.bytes }));
  for (let maximum = MOST_PAGES; ; maximum /= 2)
    try {
      const memory = new WebAssembly.Memory({ initial: shared.pages, maximum, shared: true });
      return { core: new Core(build, memory), memory };
    } catch (error) {
      if (maximum <= 1024) throw error;
    }
}
