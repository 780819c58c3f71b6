/** A tape as text: what a plan does, instruction by instruction, for learning and for tests. */
import { showShape } from "../shape.ts";
import { type KernelFields, type KernelName, PlanBuilder, type Range, type Value } from "./builder.ts";
import type { Plan } from "./forward.ts";
import { type PlanRequest, plan } from "./plan.ts";

/** A stretch of memory that belongs to the model, not to the plan. */
export interface Place {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  /** With what aligns the next one. */
  readonly bytes: number;
}

interface Instruction {
  readonly kernel: KernelName;
  readonly fields: Readonly<Record<string, Value>>;
  readonly each: number;
}

/** Remembers what is put on the tape, which a plan keeps as bytes alone. */
class Recorder extends PlanBuilder {
  readonly recorded: Instruction[] = [];
  /** The plan's buffers, in the order they were asked for. */
  readonly buffers: Range[] = [];
  /** Of buffers: with the rows, without padding. */
  readonly shapes = new Map<Range, readonly number[]>();

  override alloc(name: string, bytes: number, packed = false): Range {
    const range = super.alloc(name, bytes, packed);
    this.buffers.push(range);
    if (bytes === this.rows * 4) this.shapes.set(range, [this.rows]);
    return range;
  }

  override tensor(name: string, shape: readonly number[]): Range {
    const range = super.tensor(name, shape);
    this.shapes.set(range, [this.rows, ...shape]);
    return range;
  }

  override emit<K extends KernelName>(kernel: K, fields: KernelFields<K>, each = 1): void {
    super.emit(kernel, fields, each);
    this.recorded.push({ kernel, fields: fields as Record<string, Value>, each });
  }
}

/**
 * A line for each instruction, `KERNEL  field=buffer [shape]  field=number  step`, with fields in the order of the kernel's record and
 * headings where parts of the tape begin. Shapes are those of the values, without padding. `12 · KERNEL` has 12 rows for each row of the
 * batch, such as the pixels of an image.
 *
 * @param places parameters, gradients and optimizer slots
 * @param offsets whether each buffer is followed by @ and its byte offset in linear memory
 */
export function listing(request: PlanRequest, places: readonly Place[], offsets = false): string {
  const { core, rows } = request;
  const builder = new Recorder(rows, core, request.parts);
  const made = plan({ ...request, builder });
  const { recorded, shapes } = builder;
  const names = namesOf(made, builder);

  const buffer = (range: Range): string => {
    const own = places.find(({ name, offset }) => offset === range.offset && name === range.name);
    const again = places.find(({ name }) => `${name}, again` === range.name);
    const shape = shapes.get(range) ?? own?.shape ?? again?.shape;
    return `${names.get(range) ?? range.name} ${shape ? showShape(shape) : `(${range.bytes} bytes)`}`;
  };
  /** What is at an offset; n floats, if it is known how many. */
  const place = (offset: number, n: Value | undefined): string => {
    const there = places.filter((each) => each.offset === offset);
    const whole = there.find(({ bytes }) => bytes / 4 === n);
    if (whole) return `${whole.name} ${showShape(whole.shape)}`;
    // several parameters, one after the other, whose last may end with what aligns the next
    const end = offset + Number(n) * 4;
    const within = places.filter((at) => at.offset >= offset && at.offset + at.bytes <= end);
    const [first] = within.filter((at) => at.offset === offset).sort((a, b) => a.bytes - b.bytes);
    const [last] = within.sort((a, b) => b.offset - a.offset || a.bytes - b.bytes);
    return first && last ? `${first.name} … ${last.name}` : "memory";
  };
  const operand = (value: Value, pointer: boolean, n: Value | undefined): string => {
    if (!pointer) return String(value);
    const at = typeof value === "number" ? value : value.offset;
    if (at === 0) return "none";
    return `${typeof value === "number" ? place(value, n) : buffer(value)}${offsets ? ` @${at}` : ""}`;
  };
  const line = ({ kernel, fields, each }: Instruction): string =>
    [
      each > 1 ? `${each} · ${kernel}` : kernel,
      ...Object.entries(core.record(kernel)).map(([field, { type }]) => {
        const value = fields[field];
        // the one that is the same for all, or one with another learning rate
        if (field === "step") return value === builder.step ? field : `step=${(value as Range).name}`;
        return `${field}=${operand(value, type === "p", fields.n)}`;
      }),
    ].join("  ");

  const { loss, backward, penalties, update, end } = made.marks;
  const parts: [name: string, from: number, to: number][] = [
    ["forward", 0, loss],
    ["loss", loss, backward],
    ["backward", backward, penalties],
    ["penalties", penalties, update],
    ["update", update, end],
  ];
  return parts
    .filter(([, from, to]) => to > from)
    .flatMap(([name, from, to]) => [name, ...recorded.slice(from, to).map((each) => `  ${line(each)}`)])
    .join("\n");
}

/** What buffers are called where their own names do not tell them apart. Notes the shapes of what is read. */
function namesOf(made: Plan, { buffers, recorded, rows, shapes }: Recorder): ReadonlyMap<Range, string> {
  const names = new Map<Range, string>();
  const single = made.inputs.length === 1;
  for (const { name, shape, x } of made.inputs) {
    const read = recorded.find(({ fields }) => fields.from === x)?.fields.x as Range | undefined;
    for (const range of read ? [x, read] : [x]) {
      shapes.set(range, [rows, ...shape]);
      if (!single) names.set(range, range.name.replace("inputs", `inputs ${name}`));
    }
  }
  for (const { name, each, units, y, yKind, losses, weight } of made.outputs) {
    const all = each > 1 ? [rows, each] : [rows];
    if (y) shapes.set(y, yKind === "values" ? [...all, units] : all);
    for (const range of [losses, weight]) if (range) shapes.set(range, all);
    if (made.outputs.length === 1) continue;
    const ofLoss = recorded.find(({ fields }) => fields.losses === losses && fields.y);
    const targets = recorded.find(({ fields }) => y && (fields.from === y || fields.labels === y));
    const those = [...Object.values(ofLoss?.fields ?? {}), ...Object.values(targets?.fields ?? {})];
    for (const value of those) {
      if (
        typeof value === "number" ||
        !/^(targets|labels|sample weights|losses|output grad)/.test(value.name)
      )
        continue;
      names.set(value, `${value.name} of ${name}`);
    }
  }
  const same = new Map<string, number>();
  for (const range of buffers) {
    const name = names.get(range) ?? range.name;
    const number = (same.get(name) ?? 0) + 1;
    same.set(name, number);
    if (number > 1) names.set(range, `${name} (${number})`);
  }
  return names;
}
