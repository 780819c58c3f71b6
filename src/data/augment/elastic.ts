/** Bending images: elasticField.ts says how. */
import { type Field, type Infer, type Input, number } from "../../fields/fields.ts";
import { object, optional } from "../../fields/objects.ts";
import type { Checked, Effect } from "./effect.ts";
import { ElasticField } from "./elasticField.ts";

export interface ElasticOption {
  /**
   * Elastic distortion (Simard, Steinkraus and Platt 2003): each pixel is moved by α times noise smoothed with a gaussian of
   * deviation σ, which comes to about 0.16 α / σ pixels. `alpha` defaults to 34, `sigma` (pixels, at least 1) to 4; true for both.
   */
  elastic?: boolean | { alpha?: number; sigma?: number };
}

const strength = () =>
  object({
    alpha: number({ min: 0, max: 1e6, default: 34, doc: DOCS && "Strength, in pixels before smoothing." }),
    sigma: number({ min: 1, max: 1e6, default: 4, doc: DOCS && "Smoothness: standard deviation in pixels." }),
  });
type Strength = ReturnType<typeof strength>;

export const elasticFields = () => ({ elastic: optional(orSwitch(strength())) });

/** `true` for the usual strength; `false` is as good as nothing. */
const orSwitch = (
  fields: Strength,
): Field<Infer<Strength> | undefined, boolean | Input<Strength>, "required"> => ({
  presence: "required",
  expected: "true, false or an object { alpha, sigma }",
  check: (value, path) => (value === false ? undefined : fields.check(value === true ? {} : value, path)),
  jsonSchema:
    DOCS &&
    ((defs) => ({
      description: "Elastic distortion (Simard, Steinkraus and Platt 2003); true for alpha 34, sigma 4.",
      anyOf: [{ type: "boolean" }, fields.jsonSchema(defs)],
    })),
});

/** Where its words begin in the stream of an image: what else is drawn does not shift them. */
const BLOCK = 256;

export const elastic: Effect<ElasticOption, Checked<typeof elasticFields>> = {
  on({ elastic: wanted }, { shape: { height, width } }) {
    if (!wanted) return {};
    const drawn = new ElasticField(height, width, wanted);
    return {
      resamples: true,
      displace(random) {
        random.seek(BLOCK);
        drawn.draw(random);
        return drawn.field;
      },
    };
  },
};
