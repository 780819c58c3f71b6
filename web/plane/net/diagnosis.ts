/** What is wrong with a training, as far as its figures prove it, and what may be changed about it here. */
import { planeText } from "../../text/plane.ts";
import { fill } from "../../text/words.ts";
import { hasDiverged } from "../../ui/diverged.ts";
import type { LayerView, Sample } from "../engine/protocol.ts";
import { type ActivationName, PLAIN, RATES } from "../state/choices.ts";
import type { PlaneState } from "../state/planeState.ts";
import { activationOf } from "../state/state.ts";

const said = planeText.findings;

/** A layer whose gradient is so many times smaller than the output's hardly learns. */
const VANISHED = 100;

export interface Remedy {
  /** What its button says. */
  readonly label: string;
  readonly change: Partial<PlaneState>;
}

export interface Finding {
  readonly kind: "diverged" | "symmetric" | "dead" | "vanishing";
  readonly text: string;
  readonly remedies: readonly Remedy[];
}

/** The layers of a frame, as far as symmetry and dead units can be seen in them. */
export type Seen = Pick<LayerView, "kernel" | "bias" | "dead">;

/**
 * Causes before symptoms: of a training that has diverged, and of a net whose units are copies of each other, dead units and small
 * gradients say nothing more.
 *
 * @param samples from the first weights on
 * @param layers as they are now, the output last
 * @param failed why training broke off, if it did
 */
export function diagnose(
  state: PlaneState,
  samples: readonly Sample[],
  layers: readonly Seen[],
  failed?: string,
): Finding[] {
  const last = samples.at(-1);
  if (!last) return [];
  const diverged = divergence(state, samples, failed);
  if (diverged) return [diverged];
  const copies = symmetry(state, layers);
  if (copies) return [copies];
  return [death(state, layers), vanishing(state, last, layers)].filter((found) => found !== undefined);
}

function divergence(state: PlaneState, samples: readonly Sample[], failed?: string): Finding | undefined {
  const losses = samples.map(({ loss }) => loss);
  const [first, now] = [losses[0]!, losses.at(-1)!];
  const worst = losses.reduce((most, loss) => Math.max(most, loss), first);
  // a leap that training has come back from is over
  if (failed === undefined && !(hasDiverged(first, worst) && !(now <= first))) return undefined;
  const known = Number.isFinite(worst) && hasDiverged(first, worst);
  return {
    kind: "diverged",
    text: fill(known ? said.diverged : said.beyond, { first: figure(first), worst: figure(worst) }),
    remedies: lower(state),
  };
}

const figure = (loss: number): string => (loss < 1000 ? loss.toPrecision(3) : loss.toExponential(1));

/** The next of the rates to choose from at or below a tenth. */
function lower(state: PlaneState): Remedy[] {
  const rate = RATES.filter((each) => each <= (state.rate / 10) * 1.001).at(-1);
  if (state.race || rate === undefined) return [];
  return [{ label: fill(said.rate, { rate: String(rate) }), change: { rate } }];
}

/** Units of a layer that began alike get the same gradient at each step, and stay alike. */
function symmetry({ net, init }: PlaneState, layers: readonly Seen[]): Finding | undefined {
  const alike = net.flatMap((units, i) =>
    units > 1 && layers[i] && equalUnits(layers[i], units) ? [i + 1] : [],
  );
  if (alike.length === 0) return undefined;
  return {
    kind: "symmetric",
    text: fill(alike.length === 1 ? said.symmetric : said.symmetricLayers, { layers: alike.join(", ") }),
    remedies: init === PLAIN ? [] : [{ label: said.random, change: { init: PLAIN } }],
  };
}

function equalUnits({ kernel, bias }: Seen, units: number): boolean {
  return kernel.every((w, i) => w === kernel[i - (i % units)]) && bias.every((b) => b === bias[0]);
}

/** This activation for all layers, whatever they have. */
const ofAll = ({ activations }: PlaneState, activation: ActivationName): Partial<PlaneState> =>
  activations.length > 0 ? { activation, activations: [] } : { activation };

const deadIn = (layers: readonly Seen[], layer: number): number =>
  layers[layer]?.dead.filter(Boolean).length ?? 0;

function death(state: PlaneState, layers: readonly Seen[]): Finding | undefined {
  const { net } = state;
  const dead = net.reduce((sum, _, i) => sum + deadIn(layers, i), 0);
  if (dead === 0) return undefined;
  const whole = net.findIndex((units, i) => deadIn(layers, i) === units);
  const also = whole < 0 ? "" : ` ${fill(said.deadLayer, { layer: String(whole + 1) })}`;
  return {
    kind: "dead",
    text: fill(dead === 1 ? said.deadOne : said.dead, { dead: String(dead) }) + also,
    remedies: [{ label: said.leaky, change: ofAll(state, "leakyRelu") }, ...lower(state)],
  };
}

function vanishing(state: PlaneState, last: Sample, layers: readonly Seen[]): Finding | undefined {
  const { net } = state;
  // behind a layer that is dead as a whole there is nothing to vanish
  if (net.some((units, i) => deadIn(layers, i) === units)) return undefined;
  const output = last.gradients.at(-1) ?? 0;
  const faint = net.flatMap((_, i) => (last.gradients[i]! * VANISHED < output ? [i + 1] : []));
  if (faint.length === 0) return undefined;
  const saturates = net.some((_, i) => ["sigmoid", "tanh", "gaussian"].includes(activationOf(state, i)));
  return {
    kind: "vanishing",
    text: fill(faint.length === 1 ? said.vanishing : said.vanishingLayers, {
      layers: faint.join(", "),
      share: `1/${VANISHED}`,
    }),
    remedies: saturates ? [{ label: said.relu, change: ofAll(state, "relu") }] : [],
  };
}
