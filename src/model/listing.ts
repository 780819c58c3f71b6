/** Model.listing(): the tape as text. Loaded when it is asked for. */
import { NablaError } from "../errors.ts";
import { bool, choice, int } from "../fields/fields.ts";
import { checkOptions } from "../fields/options.ts";
import { readyToTrain } from "../network/into.ts";
import type { Network } from "../network/network.ts";
import { requestFor } from "../network/plans.ts";
import type { Mode } from "../plan/forward.ts";
import { listing, type Place } from "../plan/listing.ts";
import type { InputKind } from "../plan/operation.ts";
import type { CompiledTraining } from "../training/compile.ts";
import { updateOf } from "../training/update.ts";
import type { Internals } from "./internals.ts";

/** What Model.listing() shows. */
export interface ListingOptions {
  /** The tape of a training step, of evaluating (both of compiled models) or of predicting. Default "train" if compiled, else "predict". */
  mode?: "train" | "evaluate" | "predict";
  /** Rows of the batch. Default 32. */
  rows?: number;
  /** How rows arrive: bytes are converted first. By name where there are several inputs. Default "float32". */
  inputType?: InputKind["type"] | Readonly<Record<string, InputKind["type"]>>;
  /** Whether byte offsets in linear memory are shown as well: buffers at one offset take turns. Default false. */
  offsets?: boolean;
}

/** What Model.info() tells. */
export interface ModelInfo {
  /** How many threads computed the last training or evaluation; of "auto" those there were to choose from. */
  readonly threads: number;
  /** Why there were no more, where more were asked for. */
  readonly threadsWhy?: string;
  /** Numbers the model consists of, and how many of them training changes. */
  readonly parameters: number;
  readonly trainable: number;
  /** Bytes of the memory that the model has. */
  readonly memory: number;
}

/** @see Model.info */
export function infoOf({ built: network, state }: Internals): ModelInfo {
  const { threads = 1, why } = state.threads ?? {};
  return {
    threads,
    ...(why !== undefined && { threadsWhy: why }),
    parameters: network.parameterCount,
    trainable: network.trainableCount,
    memory: network.core.exports.memory.buffer.byteLength,
  };
}

const TYPES = ["float32", "uint8"] as const;
const MODES: readonly Mode[] = ["train", "evaluate", "predict"];

/** @see Model.listing */
export async function listingOf(internals: Internals, options: ListingOptions = {}): Promise<string> {
  checkOptions("listing", options, ["mode", "rows", "inputType", "offsets"]);
  const { built: network, state } = internals;
  const mode = choice(MODES).check(options.mode ?? (state.compiled ? "train" : "predict"), "listing: mode");
  const rows = int({ min: 1 }).check(options.rows ?? 32, "listing: rows");
  const inputs = inputKinds(network, options.inputType ?? "float32");
  const offsets = bool().check(options.offsets ?? false, "listing: offsets");
  if (mode === "predict") return listing(requestFor(network, mode, rows, inputs), placesOf(network), offsets);
  const compiled = state.required;
  const objectives = compiled.goals.map(({ loss, factor }) => ({
    loss,
    target: loss.classification ? ("class" as const) : ("values" as const),
    factor,
  }));
  await readyToTrain(network, "listing");
  const update = updateOf(compiled, network);
  const request = requestFor(network, mode, rows, inputs, { objectives, update });
  return listing(request, placesOf(network, compiled), offsets);
}

function inputKinds(network: Network, given: NonNullable<ListingOptions["inputType"]>): InputKind[] {
  const { inputs } = network.architecture;
  const type = choice(TYPES);
  if (typeof given === "object")
    for (const name of Object.keys(given))
      if (!inputs.some((input) => input.name === name))
        throw new NablaError(
          `listing: inputType: there is no input "${name}"; there are ${inputs.map((input) => input.name).join(", ")}`,
        );
  return inputs.map(({ name }) => {
    const own = typeof given === "object" ? (given[name] ?? "float32") : given;
    const checked = type.check(own, "listing: inputType");
    return { type: checked, scale: checked === "uint8" ? 1 / 255 : 1 };
  });
}

/** What lies in memory besides the plan. */
function placesOf(network: Network, compiled?: CompiledTraining): Place[] {
  const places: Place[] = [];
  for (const tensor of network.tensors) {
    const { shape } = tensor.spec;
    for (const of of ["own", "trained"] as const) {
      const { value, gradient } = network.placed(tensor, of);
      places.push({ ...value, shape }, { ...gradient, bytes: value.bytes, shape });
    }
  }
  if (!compiled) return places;
  const { w, average, dw, slots, n } = network.flat;
  const all = (name: string, offset: number) => places.push({ name, offset, bytes: n * 4, shape: [n] });
  all("all weights", w);
  all("averages of all weights", average!);
  all("all gradients", dw);
  for (const [i, { name: slot }] of compiled.slots.entries()) {
    all(`optimizer.${slot}`, slots[i]);
    for (const { name, at, spec, value } of network.trained)
      places.push({
        name: `optimizer.${slot}.${name}`,
        offset: slots[i] + at,
        bytes: value.bytes,
        shape: spec.shape,
      });
  }
  return places;
}
