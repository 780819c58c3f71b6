/** A small picture whose pixels come from a signal; CSS says how large it is. */
import { useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";

export function Pixels(props: {
  side: number;
  pixels: () => Uint8ClampedArray<ArrayBuffer> | undefined;
  class?: string;
  /** What a screen reader says; left out where text next to it says the same. */
  label?: string;
}) {
  const element = useRef<HTMLCanvasElement>(null);
  const latest = useRef(props.pixels);
  latest.current = props.pixels;
  useSignalEffect(() => {
    const pixels = latest.current();
    const context = element.current?.getContext("2d");
    if (!context) return;
    if (pixels) context.putImageData(new ImageData(pixels, props.side), 0, 0);
    else context.clearRect(0, 0, props.side, props.side);
  });
  return (
    <canvas
      ref={element}
      class={props.class}
      width={props.side}
      height={props.side}
      {...(props.label ? { role: "img", "aria-label": props.label } : { "aria-hidden": true })}
    />
  );
}
