/** How many pixels a picture may have. */
import { NablaError } from "../../errors.ts";
import { checkWhole } from "../../fields/options.ts";

/** Pictures of more pixels are refused before they are decoded: 64 megapixels. */
const MAX_PIXELS = 64_000_000;

/** @throws NablaError for a picture without pixels, or of more than `most`; `otherwise` says what else than smaller pictures helps */
export function checkPixels(
  width: number,
  height: number,
  name: string,
  most = MAX_PIXELS,
  otherwise = ", or allow more with maxPixels",
): void {
  checkWhole("maxPixels", most);
  if (width === 0 || height === 0)
    throw new NablaError(
      `${name}: expected a picture of at least 1×1 pixel, its header says ${width}×${height}`,
    );
  if (width * height <= most) return;
  throw new NablaError(
    `${name}: ${width}×${height} pixels are ${millions(width * height)}; expected at most ${millions(most)}; make the picture smaller first${otherwise}`,
  );
}

const millions = (n: number): string =>
  n >= 1e7 || n % 1e6 === 0 ? `${Math.floor(n / 1e6)} megapixels` : `${n}`;
