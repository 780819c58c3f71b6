/** Plain descent, momentum, Nesterov and Adam side by side, from the same first weights. */
import { planeText } from "../../text/plane.ts";
import { fill } from "../../text/words.ts";
import { Panel } from "../../ui/controls.tsx";
import { SURFACE_SIDE } from "../engine/protocol.ts";
import { LayersStepper, UnitsStepper } from "../net/network.tsx";
import { change } from "../page/changing.ts";
import { Pixels } from "../page/pixels.tsx";
import { percentOf } from "../page/saying.ts";
import { figures, frame, state } from "../page/signals.ts";
import { RateChoice } from "../settings/rateChoice.tsx";
import { RACERS } from "../state/choices.ts";
import { LineLayer, PointsLayer } from "../surface/surface.tsx";
import { nameOf } from "./curves.tsx";

const said = planeText.race;

export function RacePanel() {
  const { rates, net } = state.value;
  return (
    <Panel title={said.title} help="race" actions={<LayersStepper />}>
      {net.length > 0 && (
        <div class="row units">
          {net.map((_, layer) => (
            <span class="row small muted" key={layer}>
              {fill(said.layer, { layer: String(layer + 1) })}
              <UnitsStepper layer={layer} />
            </span>
          ))}
        </div>
      )}
      <div class="racers">
        {RACERS.map((optimizer, i) => (
          <article class="racer" key={optimizer} aria-label={nameOf(optimizer)}>
            <h3>
              <span class={`dot class-${i}`} aria-hidden="true">
                ●
              </span>
              {nameOf(optimizer)}
            </h3>
            <div class="surface">
              <Pixels class="below" side={SURFACE_SIDE} pixels={() => frame.value?.surfaces[i]} />
              <PointsLayer />
              <LineLayer runner={i} />
            </div>
            <Place runner={i} />
            <RateChoice
              label={planeText.training.rate}
              value={rates[i]}
              onChange={(rate) => change({ rates: rates.map((old, k) => (k === i ? rate : old)) })}
            />
          </article>
        ))}
      </div>
    </Panel>
  );
}

function Place({ runner }: { runner: number }) {
  const standings = figures.value?.standings ?? [];
  const own = standings[runner];
  if (!own) return <p class="small muted">–</p>;
  if (own.failed) return <p class="small failed">{said.diverged}</p>;
  const ahead = standings.every((other, i) => i === runner || other.failed || other.loss > own.loss);
  return (
    <p class="small figures place">
      {fill(said.loss, { loss: own.loss.toFixed(4) })}
      {!Number.isNaN(own.accuracy) &&
        fill(own.testAccuracy === undefined ? said.trainAccuracy : said.testAccuracy, {
          share: percentOf(own.testAccuracy ?? own.accuracy),
        })}
      {ahead && <strong> {said.leads}</strong>}
    </p>
  );
}
