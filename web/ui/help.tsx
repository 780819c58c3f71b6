/** What a panel or a control is: two sentences, the formula, the standard term, a small plot. */
import { useEffect, useState } from "preact/hooks";
import { Formula } from "../microscope/formula.tsx";
import type { HelpName } from "../text/help.ts";
import { helpText } from "../text/help.ts";
import { fill } from "../text/words.ts";
import type { Said, Sketch } from "./helpPlots.ts";
import { notifyError } from "./messages.tsx";
import { Plot } from "./plot.tsx";

export function Help({ about, choice }: { about: HelpName; choice?: string }) {
  const { says, term, formula, formulas, plot }: Said = helpText.about[about];
  const written = (choice !== undefined && formulas?.[choice]) || formula;
  return (
    <>
      <p>{says}</p>
      {written && <Formula text={written} />}
      <p class="muted">{fill(helpText.term, { term })}</p>
      {plot && <Sketched kind={plot} choice={choice ?? ""} />}
    </>
  );
}

/** Drawn with what the library computes, which is loaded for it. */
function Sketched({ kind, choice }: { kind: NonNullable<Said["plot"]>; choice: string }) {
  const [sketch, setSketch] = useState<Sketch | undefined>(undefined);
  useEffect(() => {
    let over = false;
    import("./helpPlots.ts").then(
      ({ sketchOf }) => {
        if (!over) setSketch(sketchOf(kind, choice));
      },
      (error: unknown) => notifyError(error),
    );
    return () => {
      over = true;
    };
  }, [kind, choice]);
  return sketch ? <Plot height={170} {...sketch} /> : null;
}
