/**
 * Moves a network into the memory of another core, for plans that are shared. Where its parameters lie stays the same; plans are made anew.
 */
import type { Core } from "../core/core.ts";
import { moveInto } from "../network/into.ts";
import type { Network } from "../network/network.ts";
import { type SharedPlan, SharingBuilder } from "./sharing.ts";

type Changing = { -readonly [K in "outputsRequest" | "run"]: Network[K] };

/** Who runs its plans meanwhile. */
export interface Runner {
  /** In how many shares instructions may be run. */
  readonly size: number;
  /** Nanoseconds that a meeting of all is worth: see SharingBuilder. */
  readonly meeting?: number;
  run(plan: SharedPlan, from: number, to: number, rows: number): boolean;
}

/** @returns what moves it back */
export function move(network: Network, core: Core, team: Runner): () => void {
  const changing = network as Changing;
  const { core: before, outputsRequest } = network;
  moveInto(network, core);
  changing.outputsRequest = (rows, inputs) => ({
    ...outputsRequest.call(network, rows, inputs),
    builder: new SharingBuilder(rows, core, team.size, team.meeting),
  });
  changing.run = (plan, from, to, rows) => team.run(plan as SharedPlan, from, to, rows);
  return () => {
    delete (network as Partial<Changing>).outputsRequest;
    delete (network as Partial<Changing>).run;
    moveInto(network, before);
  };
}
