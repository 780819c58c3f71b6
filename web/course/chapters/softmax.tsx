/** Softmax and one-hot: the lecture's ten logits. Numbers as in examples/softmax.mjs and examples/digit-as-number.mjs. */

import { gradients } from "../../gradients.ts";
import { num } from "../../microscope/steps.ts";
import { lessons } from "../../text/lessons.ts";
import { numberField } from "../../ui/codec.ts";
import { Slider } from "../../ui/controls.tsx";
import { chapter } from "../chapter.ts";
import { nabla } from "../lib.ts";

const { activation, sequential } = nabla;

const LOGITS = [4.1, 2.2, 2.9, -1.8, 2.5, 4.2, 3.3, -2.5, -1.5, 1.1];
const LABEL = 5;
/** Wrong answers, one near as a number and one far from it. */
const [NEAR, FAR] = [4, 9];
/** The digit whose logit comes second. */
const RIVAL = LOGITS.indexOf(Math.max(...LOGITS.filter((_, digit) => digit !== LABEL)));
const GOAL = 0.1;

interface State {
  /** The logit of the 5. */
  readonly z5: number;
}

const softmax = () => sequential([activation({ activation: "softmax", inputShape: [10] })]);
type CostName = "crossEntropy" | "categoricalCrossentropy";
const cost = (loss: CostName, logits: number[]): number => {
  const oneHot = logits.map((_, k) => (k === LABEL ? 1 : 0));
  // a loss needs no weights; the model has none
  const model = (compiled[loss] ??= softmax().compile({ loss }));
  return gradients(model, [[logits], [oneHot]]).loss;
};
const compiled: Partial<Record<CostName, ReturnType<ReturnType<typeof softmax>["compile"]>>> = {};

/** What a single output costs that says `said` where the digit is LABEL. */
const asNumber = (said: number): number => {
  const model = sequential([activation({ activation: "linear", inputShape: [1] })]);
  return gradients(model.compile({ loss: "meanSquaredError" }), [[[said]], [[LABEL]]]).loss;
};

let plain: ReturnType<typeof softmax> | undefined;
/** What does not depend on the slider. */
let fixed: Readonly<Record<"lecture" | "lectureRight" | "nearCost" | "farCost", number>> | undefined;

export default chapter({
  fields: { z5: numberField(LOGITS[LABEL], -10, 10) },
  compute({ z5 }: State) {
    const logits = LOGITS.map((z, k) => (k === LABEL ? z5 : z));
    return {
      logits,
      p: [...(plain ??= softmax()).predict([logits]).data],
      summed: cost("crossEntropy", logits),
      categorical: cost("categoricalCrossentropy", logits),
      ...(fixed ??= {
        lecture: cost("crossEntropy", LOGITS),
        lectureRight: cost("categoricalCrossentropy", LOGITS),
        nearCost: asNumber(NEAR),
        farCost: asNumber(FAR),
      }),
    };
  },
  words: ({ p, summed, categorical, lecture, lectureRight, nearCost, farCost }) => ({
    p5: num(p[LABEL]),
    rivalShare: num(p[RIVAL]),
    summed: summed.toFixed(3),
    categorical: categorical.toFixed(3),
    lecture: lecture.toFixed(3),
    lectureRight: lectureRight.toFixed(3),
    near: String(NEAR),
    far: String(FAR),
    nearCost: num(nearCost),
    farCost: num(farCost),
    bits: String(Math.ceil(Math.log2(LOGITS.length))),
    outputs: String(LOGITS.length),
    rival: String(RIVAL),
    goal: String(GOAL),
    label: String(LABEL),
  }),
  solved: ({ categorical }) => categorical < GOAL,
  solution: { z5: 8 },
  Figure({ state: { z5 }, set, result }) {
    const said = lessons.softmax.labels;
    return (
      <>
        <Slider
          label={said.z5}
          help="logit"
          value={z5}
          min={-10}
          max={10}
          step={0.1}
          format={num}
          onChange={(z5) => set({ z5 })}
        />
        <table class="figures numbers shares">
          <thead>
            <tr>
              <th scope="col">{said.digit}</th>
              <th scope="col">{said.logit}</th>
              <th scope="col">{said.softmax}</th>
              <th scope="col">y</th>
            </tr>
          </thead>
          <tbody>
            {result.logits.map((z, k) => (
              <tr key={k} class={k === LABEL ? "chosen" : ""}>
                <th scope="row">{k}</th>
                <td>{num(z)}</td>
                <td>
                  <span class="bar" style={{ "--share": String(result.p[k]) }} aria-hidden="true" />
                  {result.p[k].toFixed(4)}
                </td>
                <td>{k === LABEL ? 1 : 0}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <dl class="costs figures">
          <div>
            <dt>{said.categorical}</dt>
            <dd>{result.categorical.toFixed(3)}</dd>
          </div>
          <div>
            <dt>{said.summed}</dt>
            <dd>{result.summed.toFixed(3)}</dd>
          </div>
        </dl>
      </>
    );
  },
});
