/** The plots of what a model predicts, a line each. */
import type { Seen } from "../../figures.ts";
import { calibration } from "./calibration.ts";
import { plot } from "./plot.ts";
import { precisionRecall } from "./precisionRecall.ts";
import { predicted } from "./predicted.ts";
import { residuals } from "./residuals.ts";
import { roc } from "./roc.ts";

const CURVES = [roc, precisionRecall, calibration];
const SCATTERED = [predicted, residuals];

/** Those there are for such targets, as HTML; "" where there are none. */
export function plotsOf(seen: Seen, names: readonly string[]): string {
  const kinds = seen.subject.task === "quantities" ? SCATTERED : CURVES;
  const plots = kinds.flatMap((kind) => kind(seen, names) ?? []);
  return plots.length > 0 ? `<div class="charts">${plots.map(plot).join("")}</div>` : "";
}
