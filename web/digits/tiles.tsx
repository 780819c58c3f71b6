/** Many small pictures of the same size: filters, maps, digits. Their pixels are squares one can see. */
import { useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { type Rgb, rgb } from "../ui/theme.ts";

export type Rgba = Uint8ClampedArray;

/**
 * `count` pictures of width × height pixels. `paint` fills the pixels of one of them (4 bytes each, opaque unless told otherwise); what signals it
 * reads, it runs again for.
 */
export function Tiles(props: {
  count: number;
  width: number;
  height: number;
  /** What a screen reader says of them all. Without it they are an ornament to a text. */
  label?: string;
  paint: (tile: number, pixels: Rgba) => void;
  /** CSS class that says how large they are. */
  class?: string;
  /** A picture of another size beside each. */
  beside?: { width: number; height: number; paint: (tile: number, pixels: Rgba) => void };
}) {
  const box = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  useSignalEffect(() => {
    const { beside } = latest.current;
    paintAll(box.current!.querySelectorAll("canvas:not(.beside)"), latest.current);
    if (beside) paintAll(box.current!.querySelectorAll("canvas.beside"), beside);
  });
  const { width, height, beside } = props;
  return (
    <div
      class={`tiles ${props.class ?? ""}`}
      ref={box}
      {...(props.label && { role: "img", "aria-label": props.label })}
    >
      {Array.from({ length: props.count }, (_, i) => {
        const own = <canvas key={i} width={width} height={height} data-tile={i} />;
        if (!beside) return own;
        return (
          <span key={i} class="tied">
            <canvas class="beside" width={beside.width} height={beside.height} data-tile={i} />
            {own}
          </span>
        );
      })}
    </div>
  );
}

function paintAll(
  canvases: NodeListOf<HTMLCanvasElement>,
  { width, height, paint }: { width: number; height: number; paint: (tile: number, pixels: Rgba) => void },
): void {
  const image = new ImageData(width, height);
  for (const [tile, canvas] of canvases.entries()) {
    image.data.fill(255);
    paint(tile, image.data);
    canvas.getContext("2d")?.putImageData(image, 0, 0);
  }
}

/** Colours one pixel. */
export const write = (pixels: Uint8ClampedArray, i: number, [r, g, b]: Rgb): void => {
  pixels[4 * i] = r;
  pixels[4 * i + 1] = g;
  pixels[4 * i + 2] = b;
};

/** A row of the data, grey or in colour. */
export function paintRow(values: ArrayLike<number>, channels: number, pixels: Uint8ClampedArray): void {
  const [ink, paper] = [rgb("ink"), rgb("paper")];
  for (let i = 0; 4 * i < pixels.length; i++) {
    const t = (values[i * channels] ?? 0) / 255;
    if (channels === 3)
      write(pixels, i, [values[3 * i] ?? 0, values[3 * i + 1] ?? 0, values[3 * i + 2] ?? 0]);
    else
      write(pixels, i, [
        paper[0] + (ink[0] - paper[0]) * t,
        paper[1] + (ink[1] - paper[1]) * t,
        paper[2] + (ink[2] - paper[2]) * t,
      ]);
  }
}
