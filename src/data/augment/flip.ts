/** Mirroring every other image. */
import { choice } from "../../fields/fields.ts";
import { optional } from "../../fields/objects.ts";
import type { Checked, Effect } from "./effect.ts";

export interface FlipOption {
  /** Mirrors every other image: left to right, upside down, or each of both. */
  flip?: "horizontal" | "vertical" | "both";
}

export const flipFields = () => ({
  flip: optional(
    choice(["horizontal", "vertical", "both"], { doc: DOCS && "Mirror every other image: left to right, …" }),
  ),
});

export const flip: Effect<FlipOption, Checked<typeof flipFields>> = {
  on: ({ flip: way }) => ({
    draw(random, to) {
      to.mirrorX = random.uniform() < 0.5 && (way === "horizontal" || way === "both");
      to.mirrorY = random.uniform() < 0.5 && (way === "vertical" || way === "both");
    },
  }),
};
