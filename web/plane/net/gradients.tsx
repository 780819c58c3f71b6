/** How large the gradient of each layer is and was, on one logarithmic scale; and what is wrong with the training, if anything is. */
import { computed } from "@preact/signals";
import { planeText } from "../../text/plane.ts";
import { fill } from "../../text/words.ts";
import { Canvas } from "../../ui/canvas.tsx";
import { Button, Panel } from "../../ui/controls.tsx";
import { colour } from "../../ui/theme.ts";
import type { Sample } from "../engine/protocol.ts";
import { restart } from "../page/changing.ts";
import { curves, figures, state } from "../page/signals.ts";
import { activationOf } from "../state/state.ts";
import { decades } from "./decades.ts";
import { diagnose } from "./diagnosis.ts";

const said = planeText.gradients;

const WIDTH = 300;
const HEIGHT = 36;

const samplesNow = (): readonly Sample[] => curves.value.samples[0] ?? [];
const scale = computed(() => decades(samplesNow().flatMap(({ gradients }) => gradients)));

export function GradientsPanel() {
  const { net } = state.value;
  const samples = samplesNow();
  const last = samples.at(-1);
  const [low, high] = scale.value;
  const names = [...net.map((_, i) => fill(said.layer, { layer: String(i + 1) })), said.output];
  // how many are dead is counted in the frame that draws them, so that the net and this panel say the same
  const layers = figures.value?.layers ?? [];
  return (
    <Panel title={said.title} help="gradients">
      <div class="gradients">
        {names.map((name, layer) => {
          const size = last?.gradients[layer];
          return (
            <div class="layer" key={layer}>
              <div class="head small">
                <span>{name}</span>
                <span class="figures muted">
                  {layer < net.length && activationOf(state.value, layer) === "relu" && layers[layer]
                    ? `${fill(said.dead, { dead: String(layers[layer].dead.filter(Boolean).length), all: String(net[layer]) })} · `
                    : ""}
                  {size === undefined || Number.isNaN(size) ? "–" : size.toExponential(1)}
                </span>
              </div>
              <Canvas
                class="bars"
                width={WIDTH}
                height={HEIGHT}
                label={fill(size === undefined ? said.over : said.now, {
                  name: name.toLowerCase(),
                  size: size?.toExponential(1) ?? "",
                })}
                paint={(context) =>
                  bars(
                    context,
                    samplesNow().map(({ gradients }) => gradients[layer]),
                    scale.value,
                  )
                }
              />
            </div>
          );
        })}
      </div>
      <p class="small muted">
        {said.bars} <Power of={low} /> {said.to} <Power of={high} />.
      </p>
      <Findings />
    </Panel>
  );
}

/** Each with buttons that do what helps. */
export function Findings() {
  const { layers = [], standings = [] } = figures.value ?? {};
  const found = diagnose(state.value, samplesNow(), layers, standings[0]?.failed);
  return (
    <div class="findings" aria-live="polite">
      {found.map(({ kind, text, remedies }) => (
        <div class="small warning" key={kind}>
          <p>{text}</p>
          {remedies.map(({ label, change: patch }) => (
            <Button key={label} onClick={() => restart(patch)}>
              {label}
            </Button>
          ))}
        </div>
      ))}
    </div>
  );
}

function bars(
  context: CanvasRenderingContext2D,
  sizes: readonly number[],
  [low, high]: readonly [number, number],
): void {
  context.strokeStyle = colour("line");
  context.lineWidth = 1;
  for (let power = low + 1; power < high; power++) {
    const y = Math.round(HEIGHT * (1 - (power - low) / (high - low))) + 0.5;
    context.beginPath();
    context.moveTo(0, y);
    context.lineTo(WIDTH, y);
    context.stroke();
  }
  context.fillStyle = colour("accent");
  const width = WIDTH / Math.max(60, sizes.length);
  sizes.forEach((size, i) => {
    const share = (Math.log10(size) - low) / (high - low);
    // zero and what is below the scale is a hairline: there is a value, and it is next to nothing
    const height = Number.isFinite(share) ? Math.max(1, Math.min(1, share) * HEIGHT) : 1;
    context.fillRect(i * width, HEIGHT - height, Math.max(0.6, width - (width > 2 ? 0.7 : 0)), height);
  });
}

/** Of ten, never broken between two lines. */
function Power({ of }: { of: number }) {
  return (
    <span class="together">
      10<sup>{of}</sup>
    </span>
  );
}
