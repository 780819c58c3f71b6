/** Options of a layer as a file has them. What is read is noted, so that the others can be named. */
import { classOf, field, isObject } from "./json.ts";

/** What is described by a text, or by { class_name, config }. */
export const described = (value: unknown): [name: string, config: unknown] | undefined => {
  if (typeof value === "string") return [value, undefined];
  const className = classOf(value);
  // functions: the name is in place of the configuration
  const config = field(value, "config");
  return className === undefined ? undefined : [typeof config === "string" ? config : className, config];
};

/** What says nothing that predicting or training depends on. */
const ASIDE = new Set(
  (
    "name trainable dtype build_config batch_input_shape batch_shape input_shape input_dtype autocast registered_name " +
    "kernel_initializer bias_initializer recurrent_initializer beta_initializer gamma_initializer moving_mean_initializer " +
    "moving_variance_initializer embeddings_initializer alpha_initializer depthwise_initializer pointwise_initializer " +
    "implementation unroll input_length unit_forget_bias seed zero_output_for_mask use_cudnn synchronized sparse ragged optional " +
    "input_dim_ fused lora_rank lora_alpha kwargs"
  ).split(" "),
);
/** What only training sees: it is left out, and said. */
const TRAINING_ONLY =
  /(?:_constraint|^bias_regularizer|^activity_regularizer|^(?:beta|gamma|alpha)_regularizer)$/;

export class Options {
  private readonly seen = new Set<string>();

  constructor(readonly all: unknown) {}

  /** null is none. */
  get(name: string): unknown {
    this.seen.add(name);
    return field(this.all, name);
  }

  text(name: string): string | undefined {
    const value = this.get(name);
    return typeof value === "string" ? value : undefined;
  }

  /** All of it is read by another. */
  passOn(): unknown {
    if (isObject(this.all)) for (const key of Object.keys(this.all)) this.seen.add(key);
    return this.all;
  }

  /** A number that a list of one may hold, as older files have it. */
  single(name: string): unknown {
    const value = this.get(name);
    return Array.isArray(value) && value.length === 1 ? value[0] : value;
  }

  /** Options that nobody has read and that say something: those that only training sees, and others. */
  rest(): { training: string[]; unknown: string[] } {
    const given = isObject(this.all)
      ? Object.keys(this.all).filter((key) => !this.seen.has(key) && !ASIDE.has(key))
      : [];
    const said = given.filter((key) => {
      const value = field(this.all, key);
      return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
    });
    const training = said.filter((key) => TRAINING_ONLY.test(key));
    return { training, unknown: said.filter((key) => !training.includes(key)) };
  }
}
