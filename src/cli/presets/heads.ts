/** What a network's last layer is for a task. */
import { type LossName, losses } from "../../losses/table.ts";
import type { Preset, Task } from "./preset.ts";

/** How many numbers a task asks for; two classes are one. */
export const outputs = (task: Task): number =>
  task.kind === "classes" ? (task.classes === 2 ? 1 : task.classes) : task.size;

/** What a last layer is for this task: probabilities of classes, or numbers; another loss may need another activation. */
export function usual(task: Task, loss: LossName | undefined): ReturnType<NonNullable<Preset["head"]>> {
  const classes = task.kind === "classes" ? task.classes : 0;
  const size = task.kind === "classes" ? classes : task.size;
  const [activation, fits] = USUAL[task.kind];
  const [first] = (loss && losses[loss].outputs) ?? [];
  return { units: size, activation: first ?? activation, loss: loss ?? fits };
}

const USUAL = {
  classes: ["softmax", "categoricalCrossentropy"],
  binary: ["sigmoid", "binaryCrossentropy"],
  values: ["linear", "meanSquaredError"],
} as const;
