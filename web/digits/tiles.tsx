/** Many small pictures of the same size: filters, maps, digits. Their pixels are squares one can see. */
import { useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";

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
}) {
  const box = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  useSignalEffect(() => {
    const { paint, width, height } = latest.current;
    const image = new ImageData(width, height);
    const canvases = box.current!.querySelectorAll("canvas");
    for (const [tile, canvas] of canvases.entries()) {
      image.data.fill(255);
      paint(tile, image.data);
      canvas.getContext("2d")?.putImageData(image, 0, 0);
    }
  });
  return (
    <div
      class={`tiles ${props.class ?? ""}`}
      ref={box}
      {...(props.label && { role: "img", "aria-label": props.label })}
    >
      {Array.from({ length: props.count }, (_, i) => (
        <canvas key={i} width={props.width} height={props.height} />
      ))}
    </div>
  );
}
