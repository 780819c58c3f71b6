/** Whether a training may continue where another stopped: its bits would differ if what they depend on had changed. */
import { type Callback, type CallbackStates, SAVING, withState } from "../callbacks/callback.ts";
import { NablaError } from "../errors.ts";
import type { RunSettings } from "./settings.ts";

export interface ResumeRequest<M> {
  /** Those of the training that stopped; none if there was none. */
  readonly before: RunSettings | undefined;
  readonly now: RunSettings;
  /** Whether a layer looks across rows in training. */
  readonly acrossRows: boolean;
  /** Whether the learning rate of a step depends on how many epochs there are in all. */
  readonly dependsOnEpochs: boolean;
  /** Names of callbacks whose states are kept. */
  readonly waiting: readonly string[];
  readonly callbacks: readonly Callback<M>[];
  /** Whether it may be other data. */
  readonly otherData: boolean;
}

interface Rule {
  /** Whether this setting may differ in this training. */
  mayDiffer?(request: Pick<ResumeRequest<never>, "dependsOnEpochs" | "acrossRows" | "otherData">): boolean;
  /** What is compared. Default: the value. */
  of?(settings: RunSettings): unknown;
  /** How errors call it. Default: its name. */
  readonly called?: string;
  /** How errors describe the two values. */
  differs?(before: string, now: string): string;
  /** How the error ends. */
  readonly needs?: string;
}

/** How settings compare; those that are not listed must be equal. */
const RULES: { readonly [K in keyof RunSettings]?: Rule } = {
  epochs: {
    mayDiffer: ({ dependsOnEpochs }) => !dependsOnEpochs,
    needs:
      "the learning rate's schedule runs over all epochs, so a resumed run needs the same (or a schedule with decayEpochs)",
  },
  dropLast: { of: ({ dropLast = false }) => dropLast },
  classWeight: { differs: () => "has changed" },
  // the bits are the same however a batch is divided, unless a layer looks across its rows
  microBatchSize: {
    mayDiffer: ({ acrossRows }) => !acrossRows,
    of: ({ batchSize, microBatchSize = batchSize }) => Math.min(batchSize, microBatchSize),
    needs: "a resumed run with batchNormalization needs the same",
  },
  rows: {
    mayDiffer: ({ otherData }) => otherData,
    called: "the number of rows to train on",
    needs:
      "a resumed run needs the same data, so the options that chose it as well (samples, a split). To go on with other data, pass otherData: true (nabla train: --other-data)",
  },
};

/** Whether what is validated on decides anything: when to stop, which weights are the best. */
export const decides = (states: CallbackStates): boolean =>
  Object.entries(states).some(([key, { values }]) => !key.startsWith(SAVING) || values.best !== null);

/** @throws NablaError that names what differs */
export function checkResume<M>(request: ResumeRequest<M>): void {
  const { before, now } = request;
  if (!before)
    throw new NablaError(
      "fit: resume: there is no training to continue; load a checkpoint that was saved while training",
    );
  checkCallbacks(request);
  for (const key of new Set([...Object.keys(now), ...Object.keys(before)] as (keyof RunSettings)[])) {
    const {
      mayDiffer,
      of = (settings) => settings[key],
      called = key,
      differs,
      needs,
    }: Rule = RULES[key] ?? {};
    if (mayDiffer?.(request) || JSON.stringify(of(before)) === JSON.stringify(of(now))) continue;
    const [was, is] = [before[key], now[key]].map((value) => JSON.stringify(value) ?? "not set");
    throw new NablaError(
      `fit: resume: ${called} ${differs?.(was, is) ?? `was ${was}, now it is ${is}`}; ${needs ?? "a resumed run needs the same"}`,
    );
  }
}

function checkCallbacks<M>({ waiting, callbacks }: ResumeRequest<M>): void {
  const given = new Set(withState(callbacks).map(([key]) => key));
  for (const key of waiting) {
    if (given.has(key) || key.startsWith(SAVING)) continue;
    throw new NablaError(
      `fit: resume: the training had a callback "${key}", whose state is kept; pass it again in callbacks`,
    );
  }
}
