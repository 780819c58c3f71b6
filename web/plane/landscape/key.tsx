/** The scale of a loss surface, and its colours. */
import { planeText } from "../../text/plane.ts";
import { fill } from "../../text/words.ts";
import { Canvas } from "../../ui/canvas.tsx";
import { short } from "../../ui/figures.ts";
import { rgb } from "../../ui/theme.ts";
import { BANDS, scaleOf, type Tones, ticksOf, toneOf } from "./relief.ts";

const said = planeText.relief;

export const tonesNow = (): Tones => ({ low: rgb("accent"), high: rgb("paper"), line: rgb("ink") });

/** Which colour is which loss. */
export function Key({ losses }: { losses: Float32Array }) {
  const ticks = ticksOf(scaleOf(losses), 4).map(short);
  return (
    <div class="scale small figures">
      <Canvas
        width={280}
        height={12}
        ratio={1}
        label={fill(said.scale, { least: ticks[0], most: ticks[3] })}
        paint={(context, width, height) => {
          for (let band = 0; band < BANDS; band++) {
            const [r, g, b] = toneOf(band, tonesNow()).map(Math.round);
            context.fillStyle = `rgb(${r} ${g} ${b})`;
            context.fillRect((band * width) / BANDS, 0, width / BANDS + 1, height);
          }
        }}
      />
      <div class="ticks" aria-hidden="true">
        {ticks.map((tick, i) => (
          <span key={i}>{i === 3 ? `≥ ${tick}` : tick}</span>
        ))}
      </div>
      <span class="muted">{said.key}</span>
    </div>
  );
}
