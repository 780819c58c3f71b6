/** What a frame shows of nets: decision surfaces, and what each unit makes of the plane. */
import { type Palette, surfacePixels, unitPixels } from "./colours.ts";
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
 */
export function pictures(
  race: Race,
  grid: Float32Array,
  palette: Palette,
  sharp: boolean,
): { surfaces: Pixels[]; layers: LayerView[] } {
  const { classes, loss } = race.state;
  let layers: LayerView[] = [];
  const surfaces = race.entrants.map((entrant) => {
    const looked = race.look(entrant, grid);
    const shares = probabilities(looked.outputs.at(-1)!, classes, loss);
    if (race.entrants.length === 1)
      layers = looked.layers.map((layer, l) => {
        const isOutput = l === looked.layers.length - 1;
        const values = isOutput ? shares : looked.outputs[l];
        const { length } = layer.bias;
        const units = Array.from(layer.bias, (_, u) => {
          const own = isOutput ? { ...palette, zero: palette.paper, plus: palette.classes[u] } : palette;
          return unitPicture((pixel) => values[pixel * length + u], own);
        });
        return { ...layer, units };
      });
    return surfacePixels(shares, palette, classes, sharp);
  });
  return { surfaces, layers };
}
