/**
 * Moves a network into the memory of another core, for plans that are shared. Where its parameters lie stays the same; plans are made anew.
 */
import type { Core } from "../core/core.ts";
import type { Network } from "../network/network.ts";
import { type SharedPlan, SharingBuilder } from "./sharing.ts";

type Changing = { -readonly [K in "core" | "request" | "run"]: Network[K] };

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
  const { core: before, request } = network;
  network.leaving?.();
  const put = (to: Core, from: Core) => {
    const { base } = from;
    const n = network["workspace"] - base;
    to.reserve(base + n);
    to.u8(base, n).set(from.u8(base, n));
    changing.core = to;
    network["forget"]();
  };
  put(core, before);
  changing.request = (mode, rows, ...rest) => ({
    ...request.call(network, mode, rows, ...rest),
    builder: new SharingBuilder(rows, core, team.size, team.meeting),
  });
  changing.run = (plan, from, to, rows) => team.run(plan as SharedPlan, from, to, rows);
  return () => {
    delete (network as Partial<Changing>).request;
    delete (network as Partial<Changing>).run;
    put(before, core);
  };
}
