/** What a specification of a sweep consists of. */

import { NablaError } from "../../errors.ts";
import {
  anything,
  bool,
  choice,
  exactly,
  type Field,
  type Infer,
  int,
  list,
  number,
  show,
  string,
} from "../../fields/fields.ts";
import { object, optional, record } from "../../fields/objects.ts";

/** When a parameter is there: others by name, with the values that they then have. */
const when = () =>
  optional(
    record(anything(), {
      doc:
        DOCS &&
        'The parameter is there only where these parameters, which come before it, have this value or one of these: {"optimizer": ["sgd", "momentum"]}.',
    }),
  );

const values = () =>
  object(
    {
      values: list(anything(), { min: 1, doc: DOCS && "The values there are." }),
      when: when(),
    },
    { doc: DOCS && "One of some values." },
  );

const range = () =>
  object(
    {
      min: number({ doc: DOCS && "The smallest value." }),
      max: number({ doc: DOCS && "The largest value, which may be taken as well." }),
      scale: choice(["linear", "log"], {
        default: "linear",
        doc: DOCS && "What is drawn evenly: the value, or its logarithm.",
      }),
      integer: optional(
        bool({
          doc: DOCS && "Whether only whole numbers are taken. Default: where the option takes no others.",
        }),
      ),
      count: optional(
        int({
          min: 2,
          doc:
            DOCS &&
            "So many values at equal distances on the scale, instead of all between. A grid needs it.",
        }),
      ),
      when: when(),
    },
    { doc: DOCS && "A number from min to max." },
  );

export type ValuesInput = Infer<ReturnType<typeof values>>;
export type RangeInput = Infer<ReturnType<typeof range>>;

/** A list, { values } or { min, max }. */
function parameter(): Field<ValuesInput | RangeInput> {
  const [some, between] = [values(), range()];
  const expected = 'a list of values, {"values": […]} or {"min": …, "max": …}';
  return {
    presence: "required",
    expected,
    check(value, path = "") {
      if (Array.isArray(value)) return some.check({ values: value }, path);
      if (typeof value !== "object" || value === null)
        throw new NablaError(`${path}: expected ${expected}, got ${show(value)}`);
      return "values" in value ? some.check(value, path) : between.check(value, path);
    },
    jsonSchema:
      DOCS &&
      ((defs) => ({
        anyOf: [
          { type: "array", minItems: 1, description: "The values there are." },
          some.jsonSchema(defs),
          between.jsonSchema(defs),
        ],
      })),
  };
}

export const sweepFields = () =>
  object(
    {
      $schema: optional(string({ doc: DOCS && "Where the schema is, for editors." })),
      nablaSweep: exactly(1),
      data: string({ doc: DOCS && "DATA of nabla train: a file, a folder or the name of a generated set." }),
      options: optional(
        record(anything(), {
          doc: DOCS && 'Options of nabla train that all trials share, by name: {"epochs": 20}.',
        }),
      ),
      parameters: record(parameter(), {
        doc:
          DOCS && "Options of nabla train that differ between trials, by name, and the values they may have.",
      }),
      sampling: choice(["random", "sobol", "grid"], {
        default: "random",
        doc:
          DOCS && "How values are chosen: each on its own, evenly over all parameters, or every combination.",
      }),
      trials: optional(
        int({
          min: 1,
          max: 1_000_000,
          doc: DOCS && "How many there are. A grid has as many as there are combinations.",
        }),
      ),
      seed: int({ min: 0, wide: true, default: 0, doc: DOCS && "Chooses the values of random and sobol." }),
      score: string({
        default: "valLoss",
        doc:
          DOCS &&
          "The figure of the history by which trials are compared. It is the last epoch's, with patience the best.",
      }),
      goal: optional(
        choice(["min", "max"], {
          doc: DOCS && "Which way the score improves. Default: what is usual for the figure.",
        }),
      ),
      asha: optional(
        object(
          {
            reduction: int({
              min: 2,
              max: 1000,
              default: 3,
              doc: DOCS && "One of so many trials goes on, with so many times the epochs.",
            }),
            minEpochs: int({
              min: 1,
              default: 1,
              doc: DOCS && "Epochs of the first rung. The last has options.epochs.",
            }),
          },
          { doc: DOCS && "Successive halving, with --asha." },
        ),
      ),
    },
    { doc: DOCS && "Trials of nabla train with different options." },
  );
