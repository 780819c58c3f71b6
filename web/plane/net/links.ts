/** Links between units, drawn behind them: colour and dashes are a weight's sign, width and depth its size. */
import type { LayerView } from "../engine/protocol.ts";

export interface Place {
  readonly left: number;
  readonly right: number;
  readonly y: number;
}

/** Where a unit is, in CSS pixels from the upper left of `box`. */
function placeOf(unit: HTMLElement): Place {
  const { offsetLeft, offsetTop, offsetWidth, offsetHeight } = unit;
  return { left: offsetLeft, right: offsetLeft + offsetWidth, y: offsetTop + offsetHeight / 2 };
}

/** Where inputs, and units layer by layer, are. This costs a layout: it is done when something has moved, not every frame. */
export function placesIn(box: HTMLElement, layers: number): Place[][] {
  const features = [...box.querySelectorAll<HTMLElement>("[data-feature]")];
  features.sort((a, b) => Number(a.dataset.feature) - Number(b.dataset.feature));
  const units = Array.from({ length: layers }, (_, layer) => [
    ...box.querySelectorAll<HTMLElement>(`[data-layer="${layer}"]`),
  ]);
  return [features, ...units].map((all) => all.map(placeOf));
}

/** @param places as placesIn() gives them */
export function drawLinks(
  context: CanvasRenderingContext2D,
  places: readonly (readonly Place[])[],
  width: number,
  height: number,
  layers: readonly LayerView[],
  colours: { readonly plus: string; readonly minus: string },
  lit?: { readonly layer: number; readonly index: number },
): void {
  const ratio = Math.min(2, devicePixelRatio || 1);
  const { canvas } = context;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  layers.forEach(({ kernel }, layer) => {
    const from = places[layer] ?? [];
    const to = places[layer + 1] ?? [];
    // while a net is being changed, what is drawn and what was computed may differ
    if (from.length * to.length !== kernel.length) return;
    let most = 1;
    for (const w of kernel) most = Math.max(most, Math.abs(w));
    kernel.forEach((w, i) => {
      const a = from[Math.floor(i / to.length)];
      const b = to[i % to.length];
      const size = Math.abs(w) / most;
      const middle = (a.right + b.left) / 2;
      const on = lit?.layer === layer && lit.index === i;
      context.globalAlpha = on ? 1 : 0.12 + 0.8 * size;
      context.lineWidth = 0.6 + 4.4 * size + (on ? 2 : 0);
      context.setLineDash(w < 0 ? DASH : []);
      context.strokeStyle = w < 0 ? colours.minus : colours.plus;
      context.beginPath();
      context.moveTo(a.right, a.y);
      context.bezierCurveTo(middle, a.y, middle, b.y, b.left, b.y);
      context.stroke();
    });
  });
  context.globalAlpha = 1;
  context.setLineDash([]);
}

/** Of negative weights. */
const DASH = [7, 4];

/** How far from a link a pointer may be, in CSS pixels. */
const REACH = 9;
const PARTS = 24;

/** The link nearest to (x, y), if one is within reach. */
export function linkAt(
  places: readonly (readonly Place[])[],
  x: number,
  y: number,
): { readonly layer: number; readonly index: number } | undefined {
  let found: { layer: number; index: number } | undefined;
  let least = REACH;
  for (let layer = 0; layer + 1 < places.length; layer++) {
    const [from, to] = [places[layer], places[layer + 1]];
    from.forEach((a, k) => {
      to.forEach((b, j) => {
        if (x < a.right || x > b.left) return;
        const middle = (a.right + b.left) / 2;
        for (let i = 0; i <= PARTS; i++) {
          const t = i / PARTS;
          const [u, v] = [3 * t * (1 - t) * (1 - t), 3 * t * t * (1 - t)];
          const far = Math.hypot(
            a.right * (1 - t) ** 3 + middle * (u + v) + b.left * t ** 3 - x,
            a.y * ((1 - t) ** 3 + u) + b.y * (t ** 3 + v) - y,
          );
          if (far < least) {
            least = far;
            found = { layer, index: k * to.length + j };
          }
        }
      });
    });
  }
  return found;
}
