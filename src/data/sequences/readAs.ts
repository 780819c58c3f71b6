/** How sequences are read: as a caller asks, else as those were that a model was trained on. */
import type { SequencesInfo } from "./sequencesInfo.ts";

/** What both may say. */
interface Asked<Label> {
  readonly ids?: boolean;
  readonly targets?: SequencesInfo["targets"];
  readonly label?: Label;
  readonly sequence?: string;
  readonly time?: string;
}

/**
 * The one place that tells which of the two counts: what is asked for; what it leaves out is as before.
 *
 * @returns `targets` is undefined where the labels themselves have to tell
 */
export const readAs = <Label = string>(asked: Asked<Label>, like: SequencesInfo | undefined) => ({
  ids: asked.ids ?? like?.kind === "ids",
  targets: asked.targets ?? (like && (like.targets ?? "sequence")),
  label: asked.label ?? like?.label,
  sequence: asked.sequence ?? like?.sequence,
  time: asked.time ?? like?.time,
  known: like?.features,
});
