/**
 * How people write the ten digits, as pen movements. Drawn for Nabla by hand, not traced;
 * proportions were then corrected by comparing the average image of each digit with MNIST's.
 *
 * A form is strokes separated by `|`; a stroke is points `x,y` in hundredths of the digit's box, x to the right and y
 * DOWN, joined by a smooth curve; `!` after a point makes it a corner. Forms of one habit have the same points in
 * the same order, so that any two of them may be mixed: what lies between two people's sevens is a seven.
 */
import type { Habit } from "./habit.ts";
import { ZERO_TO_FOUR } from "./skeletons04.ts";
import { FIVE_TO_NINE } from "./skeletons59.ts";

export const HABITS: readonly (readonly Habit[])[] = [...ZERO_TO_FOUR, ...FIVE_TO_NINE];
