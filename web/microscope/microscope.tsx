/** The backpropagation microscope: one step of training for one point, number by number, forwards and back. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { text } from "../text/index.ts";
import { fill } from "../text/words.ts";
import { Beside, Button } from "../ui/controls.tsx";
import { useHelp } from "../ui/what.tsx";
import { Drawing } from "./drawing.tsx";
import { Formula } from "./formula.tsx";
import {
  linesOf,
  num,
  PHASES,
  type Phase,
  reached,
  type Step,
  stepsOf,
  unitName,
  weightName,
} from "./steps.ts";
import { type Case, nudge, type Place, type Trace, trace } from "./trace.ts";

export interface MicroscopeProps {
  readonly net: Case;
  /** Steps that are done, from 0 to all of them. */
  readonly at: number;
  readonly onAt: (at: number) => void;
  /** A gradient that is not shown: someone is asked to work it out. */
  readonly asked?: Place;
}

const same = (a: Place | undefined, b: Place): boolean =>
  a !== undefined && a.layer === b.layer && a.part === b.part && a.index === b.index;

export function Microscope({ net, at, onAt, asked }: MicroscopeProps) {
  const key = JSON.stringify([
    net.loss,
    net.x,
    net.y,
    net.rate,
    net.layers.map((l) => [[...Array.from(l.kernel)], [...Array.from(l.bias)], l.activation]),
  ]);
  const made = useMemo((): Trace | string => {
    try {
      return trace(net);
    } catch (error) {
      return (error as Error).message;
    }
  }, [key]);
  const [chosen, choose] = useState<Place | undefined>(undefined);
  const [ask, answer] = useHelp("phases", text.microscope.walk);
  // another net may not have that weight
  useEffect(() => choose(undefined), [net.layers.length, net.x.length]);
  if (typeof made === "string") return <p class="failed">{made}</p>;
  const steps = stepsOf(made.layers.map(({ bias }) => bias.length));
  const now = steps[Math.min(at, steps.length) - 1];
  const said = text.microscope;
  return (
    <div class="microscope stack">
      <div class="walk helped">
        <div class="row phases">
          {PHASES.map((phase) => (
            <Button
              key={phase}
              kind={now?.phase === phase ? "primary" : "plain"}
              pressed={now?.phase === phase}
              onClick={() => onAt(1 + steps.findIndex((step) => step.phase === phase))}
            >
              {said.phases[phase]}
            </Button>
          ))}
        </div>
        <div class="row">
          <Button onClick={() => onAt(at - 1)} disabled={at <= 0}>
            {said.back}
          </Button>
          <Button onClick={() => onAt(at + 1)} disabled={at >= steps.length}>
            {said.next}
          </Button>
          <span class="small muted figures">
            {fill(said.progress, { at: String(at), all: String(steps.length) })}
          </span>
        </div>
        {ask}
        {answer}
      </div>
      <Drawing trace={made} y={net.y} steps={steps} at={at} asked={asked} />
      <Formulas trace={made} net={net} step={now} asked={asked} />
      {at >= steps.length && (
        <p class="small">{fill(said.after, { before: num(made.loss), after: num(made.lossAfter) })}</p>
      )}
      <Weights trace={made} steps={steps} at={at} asked={asked} chosen={chosen} choose={choose} />
      {chosen && <Nudged net={net} trace={made} place={chosen} hidden={same(asked, chosen)} />}
    </div>
  );
}

const SENTENCE = { forward: "forward", loss: "loss", backward: "backward", update: "update" } as const;

function Formulas(props: { trace: Trace; net: Case; step: Step | undefined; asked: Place | undefined }) {
  const { trace, net, step, asked } = props;
  const said = text.microscope;
  if (!step) return <p class="station">{said.start}</p>;
  const lines = linesOf(trace, net.loss, net.y, net.rate, step);
  const last = "layer" in step && step.layer === trace.layers.length - 1;
  const sentence = said.sentences[step.phase === "backward" && !last ? "hidden" : SENTENCE[step.phase]];
  // lines of weights come in their order: the answer that is asked for stays open
  const isAsked = (says: string): boolean =>
    asked !== undefined && says.includes(`∂L/∂${placeName(trace, asked)} =`);
  return (
    <div class="station" aria-live="polite">
      <p>{sentence}</p>
      {lines.map(({ says, comes }) => (
        <p key={says} class="equation figures">
          <Formula text={says} /> <Formula text={isAsked(says) ? "= ?" : comes} />
        </p>
      ))}
    </div>
  );
}

function placeName({ layers }: Trace, { layer, part, index }: Place): string {
  const units = layers[layer].bias.length;
  return part === "bias"
    ? unitName("b", layer, index)
    : weightName(layer, index % units, Math.floor(index / units));
}

function Weights(props: {
  trace: Trace;
  steps: readonly Step[];
  at: number;
  asked: Place | undefined;
  chosen: Place | undefined;
  choose: (place: Place) => void;
}) {
  const { trace, steps, at, asked, chosen, choose } = props;
  const said = text.microscope;
  // a step has no slope that a nudge could show: its rule is no gradient of the loss
  const ruled = trace.layers.at(-1)!.activation === "step";
  const rows = trace.layers.flatMap(({ kernel, bias }, layer) =>
    Array.from({ length: bias.length }, (_, j) => [
      ...Array.from(
        { length: kernel.length / bias.length },
        (_, k): Place => ({
          layer,
          part: "kernel",
          index: k * bias.length + j,
        }),
      ),
      { layer, part: "bias", index: j } as Place,
    ]).flat(),
  );
  return (
    <details class="weights" open={rows.length <= 12}>
      <summary>{said.weights}</summary>
      <Beside of={{ label: said.check, help: "nudge" }}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled with keys */}
        <section class="scroller" aria-label={said.weights} tabIndex={0}>
          <table class="figures">
            <thead>
              <tr>
                <th scope="col">{said.weight}</th>
                <th scope="col">w</th>
                <th scope="col">∂L/∂w</th>
                <th scope="col">{said.updated}</th>
                <th scope="col" hidden={ruled}>
                  <span class="unseen">{said.check}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((place) => {
                const { layer, part, index } = place;
                const own = trace.layers[layer];
                const unit = part === "bias" ? index : index % own.bias.length;
                const [w, d, after] =
                  part === "bias"
                    ? [own.bias, own.delta, own.newBias]
                    : [own.kernel, own.dKernel, own.newKernel];
                const isAsked = same(asked, place);
                const name = placeName(trace, place);
                return (
                  <tr key={name} class={same(chosen, place) ? "chosen" : ""}>
                    <th scope="row">
                      <Formula text={name} />
                    </th>
                    <td>{num(w[index])}</td>
                    <td>
                      {!reached(steps, at, "backward", layer, unit) ? "–" : isAsked ? "?" : num(d[index])}
                    </td>
                    <td>
                      {!reached(steps, at, "update", layer, unit) ? "–" : isAsked ? "?" : num(after[index])}
                    </td>
                    <td hidden={ruled}>
                      <Button
                        kind="quiet"
                        label={fill(said.nudgeOne, { name: plain(name) })}
                        pressed={same(chosen, place)}
                        onClick={() => choose(place)}
                      >
                        {said.nudge}
                      </Button>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </section>
      </Beside>
    </details>
  );
}

/** A formula's name as it is read out. */
const plain = (name: string): string => name.replaceAll(/[\^_]\{([^}]*)\}/g, " $1");

function Nudged(props: { net: Case; trace: Trace; place: Place; hidden: boolean }) {
  const { net, trace, place, hidden } = props;
  const { h, above, below, quotient } = nudge(net, place);
  const { layer, part, index } = place;
  const d = part === "bias" ? trace.layers[layer].delta[index] : trace.layers[layer].dKernel[index];
  const agrees = Math.abs(d - quotient) <= 0.002 * Math.max(Math.abs(d), Math.abs(quotient)) + 0.0001;
  const said = text.microscope;
  const name = placeName(trace, place);
  return (
    <div class="nudged" aria-live="polite">
      <p>
        {said.nudged} <Formula text={name} />
      </p>
      <p class="equation figures">
        <Formula
          text={`(L(w + h) − L(w − h)) / 2h = (${num(above)} − ${num(below)}) / ${num(2 * h)} = ${hidden ? "?" : num(quotient)}`}
        />
      </p>
      {!hidden && (
        <p class="figures">
          <span class={agrees ? "good" : "bad"}>{agrees ? "✓" : "✗"}</span>{" "}
          {fill(agrees ? said.agrees : said.differs, { d: num(d) })}
        </p>
      )}
    </div>
  );
}

export type { Phase };
