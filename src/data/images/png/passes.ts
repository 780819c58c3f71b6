/** The rows of a PNG: all of them in one pass, or in seven, each of which makes the picture finer (Adam7). */

/** What of a PNG's header says how its pixels are stored. */
export interface PngLayout {
  readonly width: number;
  readonly height: number;
  /** Bits per sample. */
  readonly depth: number;
  /** 0 grey, 2 colours, 3 a palette, 4 grey and alpha, 6 colours and alpha. */
  readonly colour: number;
  readonly interlaced: boolean;
}

export interface Pass {
  /** Of its pixels. */
  readonly width: number;
  readonly height: number;
  /** Where its first pixel lies in the picture, and how far the next ones are. */
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
  /** Bytes of a row, without the one before it that says how it is filtered. */
  readonly rowBytes: number;
}

const WHOLE = [[0, 0, 1, 1]] as const;
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Samples of a pixel for each colour type. */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

export const bitsPerPixel = ({ colour, depth }: PngLayout): number => SAMPLES[colour]! * depth;

/** Those with pixels: small pictures lack some. */
export function passesOf(layout: PngLayout): Pass[] {
  const bits = bitsPerPixel(layout);
  const passes: Pass[] = [];
  for (const [x, y, dx, dy] of layout.interlaced ? ADAM7 : WHOLE) {
    const width = Math.ceil((layout.width - x) / dx);
    const height = Math.ceil((layout.height - y) / dy);
    if (width > 0 && height > 0)
      passes.push({ width, height, x, y, dx, dy, rowBytes: Math.ceil((width * bits) / 8) });
  }
  return passes;
}

/** Bytes of all rows, unpacked. */
export const unpackedBytes = (layout: PngLayout): number =>
  passesOf(layout).reduce((sum, { height, rowBytes }) => sum + height * (1 + rowBytes), 0);
