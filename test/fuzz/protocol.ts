/** Between the process that reads and the one that watches it. */
import type { Counts, Finding } from "./guide/loop.ts";
import type { Verdict } from "./oracles/judge.ts";

/** What a child is to do. */
export interface Order {
  readonly target: string;
  readonly seed: number;
  /** Where it says what it is about to read. */
  readonly current: string;
  /** Folders of inputs of earlier runs: what once failed, and what reached something new. */
  readonly corpus: string;
  readonly pool?: string;
  /** When to end. */
  readonly milliseconds?: number;
  readonly inputs?: number;
  /** A file that is judged instead. */
  readonly input?: string;
}

export type FromChild =
  | { kind: "counts" | "done"; counts: Counts }
  | { kind: "found"; finding: Finding }
  | ({ kind: "judged" } & Verdict);
