/** Files as one piece of memory, for tests that make or change them; the library writes them in parts. */
import { type Checkpoint, checkpointParts } from "../../src/checkpoint/checkpoint.ts";
import { joined, type NamedTensor, safetensorsParts } from "../../src/checkpoint/safetensors.ts";

/** @see safetensorsParts */
export const writeSafetensors = (
  tensors: Iterable<NamedTensor>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array => joined(safetensorsParts(tensors, metadata));

/** @see checkpointParts */
export const encodeCheckpoint = (checkpoint: Checkpoint): Uint8Array => joined(checkpointParts(checkpoint));
