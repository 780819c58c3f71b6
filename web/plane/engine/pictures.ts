/** What a frame shows of nets: decision surfaces, and what each unit makes of the plane. */
import { isCurve } from "../state/choices.ts";
import { fieldPixels, type Palette, paintUnit, rampOf, surfacePixels } from "./colours.ts";
import { probabilities } from "./net.ts";
import { type LayerView, SURFACE_SIDE, UNIT_SIDE } from "./protocol.ts";
import type { Entrant, Figures, Race } from "./race.ts";

type Pixels = Uint8ClampedArray<ArrayBuffer>;

/** Inputs of the net at each of SURFACE_SIDE² places of a surface, and of UNIT_SIDE² of a unit's picture. */
export interface Grids {
  readonly surface: Float32Array;
  readonly unit: Float32Array;
}

const PIXELS = UNIT_SIDE * UNIT_SIDE;

/** Pictures of so many units, one behind the other in one buffer: that goes to the page as one. */
class Sheet {
  private readonly words: Uint32Array<ArrayBuffer>;
  private used = 0;

  constructor(units: number) {
    this.words = new Uint32Array(units * PIXELS);
  }

  /** @param values [PIXELS, units] */
  paint(values: Float32Array, units: number, unit: number, ramp: Uint32Array): Pixels {
    const from = PIXELS * this.used++;
    paintUnit(values, units, unit, ramp, this.words.subarray(from, from + PIXELS));
    return new Uint8ClampedArray(this.words.buffer, 4 * from, 4 * PIXELS);
  }
}

/** What the net is given. */
export function inputPictures({ unit }: Grids, width: number, palette: Palette): Pixels[] {
  const sheet = new Sheet(width);
  const ramp = rampOf(palette);
  return Array.from({ length: width }, (_, i) => sheet.paint(unit, width, i, ramp));
}

/**
 * The surface of each entrant; the units of one that trains alone.
 * @param figures of its units, where they are known; else they are computed
 */
export function pictures(
  race: Race,
  grids: Grids,
  palette: Palette,
  sharp: boolean,
  figures: Figures = {},
): { surfaces: Pixels[]; lines: Float32Array[]; layers: LayerView[] } {
  const { classes, loss, data } = race.state;
  const lines: Float32Array[] = [];
  // y is no input of a curve: every row is the same
  const rows = isCurve(data) ? SURFACE_SIDE : SURFACE_SIDE * SURFACE_SIDE;
  const width = race.state.features.length;
  const places = { data: grids.surface.subarray(0, rows * width), shape: [rows, width] };
  const surfaces = race.entrants.flatMap(({ model }) => {
    const outputs = model.predict(places, { batchSize: 1024 }).data;
    if (classes > 1) return [surfacePixels(probabilities(outputs, classes, loss), palette, classes, sharp)];
    if (!isCurve(data)) return [fieldPixels(outputs, palette, sharp)];
    lines.push(outputs);
    return [];
  });
  const [entrant] = race.entrants;
  const layers = race.entrants.length === 1 ? unitPictures(race, entrant, grids.unit, palette, figures) : [];
  return { surfaces, lines, layers };
}

function unitPictures(
  race: Race,
  entrant: Entrant,
  grid: Float32Array,
  palette: Palette,
  figures: Figures,
): LayerView[] {
  const { classes, loss } = race.state;
  const { outputs, layers } = race.look(entrant, grid, figures);
  const sheet = new Sheet(layers.reduce((sum, { bias }) => sum + bias.length, 0));
  const ramp = rampOf(palette);
  return layers.map((layer, l) => {
    const count = layer.bias.length;
    if (l < layers.length - 1 || classes === 1)
      return { ...layer, units: Array.from(layer.bias, (_, u) => sheet.paint(outputs[l], count, u, ramp)) };
    const shares = probabilities(outputs[l], classes, loss);
    // one output for two classes shows the second
    const first = classes - count;
    const units = Array.from(layer.bias, (_, u) => {
      const own = { ...palette, zero: palette.paper, plus: palette.classes[first + u] };
      return sheet.paint(shares, classes, first + u, rampOf(own));
    });
    return { ...layer, units };
  });
}
