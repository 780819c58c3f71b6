/** The flags of nabla train. Undefined: not given. */
import type { Terminal } from "../../report/terminal.ts";
import type { Threads } from "../../threads/threads.ts";
import type { ImageFlags } from "../input/images.ts";
import type { ArrayFlags } from "../options/arrays.ts";
import type { SequenceFlags } from "../options/sequenceData.ts";
import type { WindowFlags } from "../options/series.ts";
import type { LargeFlags, TableFlags } from "../options/tables.ts";
import type { ThresholdFlags } from "../options/threshold.ts";
import type { RestartFlags } from "./restart.ts";
import type { SavingFlags } from "./saving.ts";
import type { ModelFlags } from "./settings.ts";

export interface TrainFlags
  extends ModelFlags,
    ImageFlags,
    TableFlags,
    LargeFlags,
    ArrayFlags,
    SavingFlags,
    RestartFlags,
    WindowFlags,
    ThresholdFlags,
    SequenceFlags {
  testSplit?: number;
  folds?: number;
  samples?: number;
  testEachEpoch?: boolean;
  from?: string;
  freeze?: boolean;
  otherData?: boolean;
  threads?: Threads;
  shards?: number;
  shardOptimizer?: boolean;
  wide?: boolean;
  report?: string;
  json?: boolean;
  quiet?: boolean;
}

/** JSON lines wherever nobody looks. */
export const modeOf = ({ quiet, json }: TrainFlags, { isTTY }: Terminal): "quiet" | "json" | "terminal" =>
  quiet ? "quiet" : json || !isTTY ? "json" : "terminal";
