/** How many digits are drawn, and which. */
export interface DigitsOptions {
  /** How many images; default 10,000. */
  samples?: number;
  /** Default 0. */
  seed?: number;
  /** The parts of a seed have no image in common; default "train". */
  part?: "train" | "test";
}
