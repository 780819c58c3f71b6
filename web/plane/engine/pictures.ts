/** What a frame shows of nets: decision surfaces, and what each unit makes of the plane. */
import { isCurve } from "../state/choices.ts";
import { fieldPixels, type Palette, surfacePixels, unitPixels } from "./colours.ts";
import { probabilities } from "./net.ts";
import { type LayerView, SURFACE_SIDE, UNIT_SIDE } from "./protocol.ts";
import type { Race } from "./race.ts";

type Pixels = Uint8ClampedArray<ArrayBuffer>;

/** A unit's picture from its values on the finer grid of the surfaces. */
export function unitPicture(value: (pixel: number) => number, palette: Palette): Pixels {
  const fine = SURFACE_SIDE / UNIT_SIDE;
  const at = (pixel: number): number =>
    Math.floor(pixel / UNIT_SIDE) * fine * SURFACE_SIDE + (pixel % UNIT_SIDE) * fine;
  return unitPixels(UNIT_SIDE * UNIT_SIDE, (pixel) => value(at(pixel)), palette);
}

/**
 * The surface of each entrant; the units of one that trains alone.
 * @param grid what the net is given at each of SURFACE_SIDE × SURFACE_SIDE places
 * @param gradient whether that of each weight is wanted
 */
export function pictures(
  race: Race,
  grid: Float32Array,
  palette: Palette,
  sharp: boolean,
  gradient = false,
): { surfaces: Pixels[]; lines: Float32Array[]; layers: LayerView[] } {
  const { classes, loss, data } = race.state;
  let layers: LayerView[] = [];
  const lines: Float32Array[] = [];
  const surfaces = race.entrants.flatMap((entrant) => {
    const looked = race.look(entrant, grid, gradient);
    const last = looked.outputs.at(-1)!;
    const regression = classes === 1;
    const shares = regression ? last : probabilities(last, classes, loss);
    if (race.entrants.length === 1)
      layers = looked.layers.map((layer, l) => {
        const isOutput = l === looked.layers.length - 1;
        const values = isOutput ? shares : looked.outputs[l];
        // one output for two classes shows the second
        const single = isOutput && !regression && layer.bias.length === 1;
        const length = single ? 2 : layer.bias.length;
        const units = Array.from(layer.bias, (_, u) => {
          const at = single ? 1 : u;
          const own =
            isOutput && !regression
              ? { ...palette, zero: palette.paper, plus: palette.classes[at] }
              : palette;
          return unitPicture((pixel) => values[pixel * length + at], own);
        });
        return { ...layer, units };
      });
    if (!regression) return [surfacePixels(shares, palette, classes, sharp)];
    if (!isCurve(data)) return [fieldPixels(last, palette, sharp)];
    // y is no input: every row is the same
    lines.push(last.slice(0, SURFACE_SIDE));
    return [];
  });
  return { surfaces, lines, layers };
}
