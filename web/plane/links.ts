/** Links between units, drawn behind them: colour is a weight's sign, width and depth its size. */
import type { LayerView } from "./protocol.ts";

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
      context.globalAlpha = 0.12 + 0.8 * size;
      context.lineWidth = 0.6 + 4.4 * size;
      context.strokeStyle = w < 0 ? colours.minus : colours.plus;
      context.beginPath();
      context.moveTo(a.right, a.y);
      context.bezierCurveTo(middle, a.y, middle, b.y, b.left, b.y);
      context.stroke();
    });
  });
  context.globalAlpha = 1;
}
