/** What the data is. */
import { planeText } from "../../text/plane.ts";
import { fill } from "../../text/words.ts";
import { Button, NumberField, Panel, Slider } from "../../ui/controls.tsx";
import { change } from "../page/changing.ts";
import { percent } from "../page/saying.ts";
import { data, locked, state } from "../page/signals.ts";
import {
  CLASSES,
  DATA,
  type DataName,
  isCurve,
  isField,
  isPainted,
  isSingle,
  MAX_POINTS,
} from "../state/choices.ts";
import { snap, snapValue } from "../state/points.ts";
import { choosing } from "../state/state.ts";
import { FileButton } from "./files.tsx";
import { SetPicture } from "./setPicture.tsx";

const said = planeText.data;

export function DataPanel() {
  const { data: name, classes, samples, noise, test, seed } = state.value;
  const [least, most] = CLASSES[name];
  return (
    <Panel title={said.title} help={isCurve(name) ? "curveData" : isField(name) ? "fieldData" : "data"}>
      <fieldset class="stack locks" disabled={locked.value}>
        <fieldset class="sets">
          <legend class="unseen">{said.set}</legend>
          {DATA.map(({ value, label }) => (
            <label key={value}>
              <input
                type="radio"
                name="set"
                value={value}
                checked={value === name}
                onChange={() => change(choosing(value as DataName, state.peek()))}
              />
              <span>
                <SetPicture name={value} />
                {label}
              </span>
            </label>
          ))}
        </fieldset>
        {least < most && !isSingle(state.value.loss) && (
          <Slider
            label={said.classes}
            help="classes"
            value={classes}
            min={least}
            max={most}
            onChange={(value) => change({ classes: value })}
          />
        )}
        {isPainted(name) ? (
          <Painting />
        ) : (
          <>
            <Slider
              label={said.points}
              help="samples"
              value={samples}
              min={20}
              max={2000}
              step={20}
              onChange={(value) => change({ samples: value })}
            />
            <Slider
              label={said.noise}
              help="noise"
              value={noise}
              min={0}
              max={100}
              step={5}
              onChange={(value) => change({ noise: value })}
            />
          </>
        )}
        <Slider
          label={said.test}
          help="test"
          value={test}
          min={0}
          max={90}
          step={5}
          format={percent}
          onChange={(value) => change({ test: value })}
        />
        <NumberField
          label={said.seed}
          help="seed"
          value={seed}
          min={0}
          max={4294967295}
          whole
          onChange={(value) => change({ seed: value })}
        />
        {!isPainted(name) && <Button onClick={paintOver}>{said.edit}</Button>}
        <FileButton />
      </fieldset>
    </Panel>
  );
}

function Painting() {
  const { data: name, points } = state.value;
  const text = isCurve(name) ? said.paintCurve : isField(name) ? said.paintValues : said.paint;
  return (
    <>
      <p class="small muted">{fill(text, { points: String(points.length), most: String(MAX_POINTS) })}</p>
      <Button onClick={() => change({ points: [] })} disabled={points.length === 0}>
        {said.clear}
      </Button>
    </>
  );
}

/** The points that are shown, as painted ones. */
function paintOver(): void {
  const shown = data.peek();
  if (!shown) return;
  const { data: name } = state.peek();
  const points = [shown.train, shown.test].flatMap(({ places, labels, values }) =>
    Array.from(labels, (label, i) => ({
      x: snap(places[2 * i]),
      y: snap(places[2 * i + 1]),
      label,
      ...(isField(name) && values && { value: snapValue(values[i]) }),
    })),
  );
  change({ data: isCurve(name) ? "curve" : isField(name) ? "values" : "painted", points });
}
