/** The page of --report. */
import type { Dataset } from "../../data/dataset.ts";
import { publicly } from "../../data/readers/remote.ts";
import type { OpenedData } from "../../node/dataFiles.ts";
import { type Examination, examine, MISTAKES } from "../../report/examine.ts";
import type { ReportRequest } from "../../report/page/index.ts";
import { typed } from "../../report/terminal.ts";
import type { Saved, Saving } from "./saving.ts";

/** What the page shows besides the data. */
export type Shown = Pick<ReportRequest, "model" | "config" | "history" | "seconds">;

/** Writes the page, if there is to be one. @param validated the rows validated on, where there are some */
export async function reportTo(
  saving: Saving,
  path: string | undefined,
  shown: Shown,
  data: OpenedData,
  { test, validated }: { readonly test?: Examination; readonly validated?: () => Dataset },
  words: readonly string[] | undefined,
): Promise<Saved | undefined> {
  if (path === undefined) return undefined;
  return saving.page(path, await reportOf(shown, data, { test, validated: validated?.() }, words));
}

/**
 * Of the test part, or of the rows validated on, or of those trained on.
 *
 * @param words of the command
 */
async function reportOf(
  request: Shown,
  data: OpenedData,
  { test, validated }: { readonly test: Examination | undefined; readonly validated: Dataset | undefined },
  words: readonly string[] | undefined,
): Promise<string> {
  const { reportPage } = await import("../../report/page/index.ts");
  const [dataset, part] = data.test
    ? [data.test, "test part"]
    : validated
      ? [validated, "validation part"]
      : [data.train, "the rows trained on"];
  const { name, standardisation, train } = data;
  return reportPage({
    ...request,
    name,
    dataset,
    part,
    examination: test ?? (await examine(request.model, dataset, { mistakes: MISTAKES, rows: true })),
    trained: train,
    ...(words && { command: typed("nabla", words.map(publicly)) }),
    ...(standardisation && { standardisation }),
  });
}
