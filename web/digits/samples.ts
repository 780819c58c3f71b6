/** The first rows of the training data, to be looked at. */
import { effect, signal } from "@preact/signals";
import { buffersFor, range } from "../../src/data/dataset.ts";
import { imageShape, type Source } from "./source.ts";
import { subject } from "./state.ts";

const SHOWN = 40;

export const samples = signal<readonly ArrayLike<number>[]>([]);

let shown: Source["train"] | undefined;
effect(() => {
  const data = subject.value?.source.train;
  if (data === shown) return;
  shown = data;
  if (!data || !imageShape(data.inputShape)) {
    samples.value = [];
    return;
  }
  const n = Math.min(SHOWN, data.length);
  const { x, y } = buffersFor(data, n);
  void Promise.resolve(data.read(range(n), x, y)).then(
    () => {
      if (shown !== data) return;
      const width = x.length / n;
      const scale = x instanceof Uint8Array ? 1 : 255;
      samples.value = Array.from({ length: n }, (_, i) =>
        Uint8Array.from(x.subarray(i * width, (i + 1) * width), (value) => value * scale),
      );
    },
    () => {
      samples.value = [];
    },
  );
});
