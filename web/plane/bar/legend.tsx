/** What colours and forms mean, once for the whole view: a class has a shape as well, a negative weight is dashed. */
import { planeText } from "../../text/plane.ts";
import { fill } from "../../text/words.ts";
import { useHelp } from "../../ui/what.tsx";
import { state } from "../page/signals.ts";
import { isCurve, isField } from "../state/choices.ts";

const SHAPES = ["●", "■", "▲", "◆", "▼", "⬢"];
const said = planeText.legend;

export function Legend() {
  const { data, classes, race } = state.value;
  const [ask, answer] = useHelp("legend", said.title);
  return (
    <section class="panel key" aria-label={said.title}>
      <div class="row">
        <ul class="legend small">
          {isField(data) && (
            <>
              <li>
                {said.values1} <Ramp low={said.least} high={said.most} />
              </li>
              <li>
                ● {said.above} ■ {said.below}
              </li>
            </>
          )}
          {isCurve(data) && (
            <>
              <li>
                <span class="class-0" aria-hidden="true">
                  ●
                </span>{" "}
                {said.point}
              </li>
              <li>
                <Line sign="plus" /> {said.curve}
              </li>
            </>
          )}
          {Array.from({ length: classes === 1 ? 0 : classes }, (_, c) => (
            <li key={c}>
              <span class={`class-${c}`} aria-hidden="true">
                {SHAPES[c]}
              </span>{" "}
              {fill(said.class, { label: String(c + 1) })}
            </li>
          ))}
          <li>○ {said.test}</li>
          {!race && (
            <>
              <li>
                <Line sign="plus" /> {said.plus}
              </li>
              <li>
                <Line sign="minus" /> {said.minus}
              </li>
              <li>
                {said.values} <Ramp low={said.low} high={said.high} />
              </li>
              <li>{said.size}</li>
              <li>{said.bias}</li>
            </>
          )}
        </ul>
        {ask}
      </div>
      {answer}
    </section>
  );
}

const Ramp = ({ low, high }: { low: string; high: string }) => (
  <span class="ends" aria-hidden="true">
    {low}
    <span class="ramp" />
    {high}
  </span>
);

const Line = ({ sign }: { sign: "plus" | "minus" }) => (
  <svg class={sign} viewBox="0 0 28 8" aria-hidden="true">
    <path d="M0 4H28" stroke-dasharray={sign === "minus" ? "7 4" : "none"} />
  </svg>
);
