/** Images whose every value tells where it came from. */
import { arrayDataset } from "../../../src/data/arrays.ts";
import { buffersFor, type Dataset, type Inputs } from "../../../src/data/dataset.ts";

/** n images with values 1, 2, 3, … (bytes wrap around 1 to 250). */
export function numbered(
  n: number,
  inputShape: readonly number[],
  type: "uint8" | "float32" = "uint8",
): Dataset {
  const length = n * inputShape.reduce((a, b) => a * b, 1);
  const data =
    type === "uint8"
      ? Uint8Array.from({ length }, (_, i) => 1 + (i % 250))
      : Float32Array.from({ length }, (_, i) => (i + 1) / 8);
  return arrayDataset(
    { data, shape: [n, ...inputShape] },
    Int32Array.from({ length: n }, (_, i) => i % 3),
    { name: "numbered", classes: 3 },
  );
}

/** Images of one value. */
export function flat(n: number, inputShape: readonly number[], value: number): Dataset {
  const data = new Uint8Array(n * inputShape.reduce((a, b) => a * b, 1)).fill(value);
  return arrayDataset({ data, shape: [n, ...inputShape] }, new Int32Array(n), { name: "flat", classes: 2 });
}

/** One row of a dataset that reads at once. */
export function row(dataset: Dataset, index: number, epoch?: number): Inputs {
  const { x, y } = buffersFor(dataset, 1);
  dataset.read(Uint32Array.of(index), x, y, epoch);
  return x;
}

/** What moving by whole pixels and mirroring (first) comes to, pixel by pixel. */
export function moved(
  image: Inputs,
  [height, width, channels = 1]: readonly number[],
  { dy = 0, dx = 0, mirrorX = false, mirrorY = false, fill = 0 },
): number[] {
  const out: number[] = [];
  for (let y = 0; y < height!; y++)
    for (let x = 0; x < width!; x++)
      for (let c = 0; c < channels; c++) {
        const fromY = mirrorY ? height! - 1 - (y - dy) : y - dy;
        const fromX = mirrorX ? width! - 1 - (x - dx) : x - dx;
        const inside = fromY >= 0 && fromY < height! && fromX >= 0 && fromX < width!;
        out.push(inside ? image[(fromY * width! + fromX) * channels + c]! : fill);
      }
  return out;
}
