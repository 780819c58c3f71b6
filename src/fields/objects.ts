/** The fields that have fields: objects, maps, tagged unions. */
import { didYouMean, NablaError } from "../errors.ts";
import { tagOf } from "../tags.ts";
import {
  choice,
  exactly,
  type Field,
  type Fields,
  type Infer,
  type Input,
  type JsonSchema,
  type Kind,
  type ObjectField,
  type Simple,
  show,
  string,
  within,
} from "./fields.ts";

function refuse(path: string, problem: string): never {
  throw new NablaError(`${path || "document"}: ${problem}`, { details: { path } });
}

function asObject(value: unknown, path: string, expected = "an object"): Record<string, unknown> {
  // a Map or a Date has no fields of its own, and would be taken for an object without any
  if (tagOf(value) !== "Object") {
    return refuse(path, `expected ${expected}, got ${show(value)}`);
  }
  return value as Record<string, unknown>;
}

/** The same field, but it may be missing; then it is left out. */
export function optional<Out, In>(of: Field<Out, In>): Field<Out, In, "optional"> {
  const { fallback: _, ...rest } = of;
  return { ...rest, presence: "optional" };
}

/** The same field, with this when it is missing (`value` may be in short form). */
export function withDefault<Out, In>(of: Field<Out, In>, value: NoInfer<In>): Field<Out, In, "defaulted"> {
  return {
    ...of,
    presence: "defaulted",
    fallback: value,
    jsonSchema: DOCS && ((defs) => withNotes(of.jsonSchema(defs), { default: value })),
  };
}

/** The same field with a sentence for editors. */
export function described<Out, In, P extends Field["presence"]>(
  of: Field<Out, In, P>,
  doc: string,
): Field<Out, In, P> {
  return DOCS ? { ...of, jsonSchema: (defs) => withNotes(of.jsonSchema(defs), { description: doc }) } : of;
}

/** The same field, under one name in the JSON Schema's `$defs` wherever it is used, with a sentence for editors. */
export function shared<Out, In, P extends Field["presence"]>(
  name: string,
  of: Field<Out, In, P>,
  doc?: string,
): Field<Out, In, P> {
  if (!DOCS) return of;
  return {
    ...of,
    jsonSchema(defs) {
      if (!defs) return of.jsonSchema();
      defs[name] ??= { ...(doc !== undefined && { description: doc }), ...of.jsonSchema(defs) };
      return { $ref: `#/$defs/${name}` };
    },
  };
}

const withNotes = (schema: JsonSchema, notes: JsonSchema): JsonSchema => ({ ...schema, ...notes });

/** In a document: a function of the program's own, of which a document has the name alone. */
export interface Custom {
  name: string;
  custom: true;
}

/** The field, or one of the program's own: { name: "iou", custom: true }; of an object with the function, what a document has of it. */
export function orCustom<Out, In, P extends Field["presence"]>(
  of: Field<Out, In, P>,
): Field<Out | Custom, In | Custom, P> {
  const own = object({ name: string(), custom: exactly(true) });
  return {
    ...of,
    check(value, path) {
      const { name, custom, value: made } = (value ?? {}) as Partial<Custom> & { readonly value?: unknown };
      if (typeof made === "function") return own.check({ name, custom: true }, path);
      return custom === undefined ? of.check(value, path) : own.check(value, path);
    },
    jsonSchema: DOCS && ((defs) => ({ anyOf: [of.jsonSchema(defs), own.jsonSchema(defs)] })),
  };
}

/** An object with exactly these fields. A field that is not among them is refused; `undefined` counts as missing. */
export function object<F extends Fields>(fields: F, options: { doc?: string } = {}): ObjectField<F> {
  const names = Object.keys(fields);
  return {
    fields,
    presence: "required",
    expected:
      !TRAINING || names.length === 0
        ? "an object"
        : `an object with ${names.filter((name) => fields[name]!.presence === "required").join(", ") || "fields"}`,
    check(value, path = "") {
      const given = asObject(value, path);
      for (const key of Object.keys(given)) {
        if (Object.hasOwn(fields, key) || given[key] === undefined) continue;
        const hint =
          didYouMean(key, names) ||
          (TRAINING && (names.length ? `; expected one of ${names.join(", ")}` : "; expected none"));
        refuse(within(path, key), `unknown field${hint || ""}`);
      }
      const out: Record<string, unknown> = {};
      for (const [key, field] of Object.entries(fields)) {
        const at = within(path, key);
        const here = Object.hasOwn(given, key) ? given[key] : undefined;
        if (here !== undefined) out[key] = field.check(here, at);
        else if (field.presence === "defaulted") out[key] = field.check(field.fallback, at);
        else if (field.presence === "required") refuse(at, `missing; expected ${field.expected}`);
      }
      return out as Infer<ObjectField<F>>;
    },
    jsonSchema:
      DOCS &&
      ((defs) => {
        const required = names.filter((name) => fields[name]!.presence === "required");
        return {
          ...(options.doc !== undefined && { description: options.doc }),
          type: "object",
          properties: Object.fromEntries(names.map((name) => [name, fields[name]!.jsonSchema(defs)])),
          ...(required.length > 0 && { required }),
          additionalProperties: false,
        };
      }),
  };
}

/** A map: any key that fits `keys` (all do, by default), every value checked by `of`. */
export function record<Out, In>(
  of: Field<Out, In>,
  options: { keys?: RegExp; doc?: string } = {},
): Field<Record<string, Out>, Record<string, In>, "required"> {
  const { keys, doc } = options;
  return {
    presence: "required",
    expected: TRAINING && `an object whose values are each ${of.expected}`,
    check(value, path = "") {
      const entries = Object.entries(asObject(value, path)).map(([key, item]) => {
        if (TRAINING && keys && !keys.test(key))
          refuse(within(path, key), `unexpected key; expected keys like ${keys}`);
        return [key, of.check(item, within(path, key))] as const;
      });
      return Object.fromEntries(entries);
    },
    jsonSchema:
      DOCS &&
      ((defs) => ({
        ...(doc !== undefined && { description: doc }),
        type: "object",
        additionalProperties: of.jsonSchema(defs),
        ...(keys && { propertyNames: { pattern: keys.source } }),
      })),
  };
}

/** One value for all, or an object with one by each name. @param single whether a value is one for all */
export function orByName<Out, In, P extends Field["presence"]>(
  of: Field<Out, In, P>,
  single: (value: unknown) => boolean,
  doc: string,
): Field<Out, In | Readonly<Record<string, In>>, P> {
  const each = record(of as Field<Out, In>);
  return {
    ...of,
    // what compile() makes of one by each name is known there
    check: (value, path) => (single(value) ? of.check(value, path) : (each.check(value, path) as Out)),
    jsonSchema:
      DOCS &&
      ((defs) => {
        const { default: fallback, ...one } = of.jsonSchema(defs);
        return {
          anyOf: [one, { ...each.jsonSchema(defs), description: doc }],
          ...(fallback !== undefined && { default: fallback }),
        };
      }),
  };
}

/** Kinds by name. */
export type Kinds = Readonly<Record<string, Kind>>;
/** What `check` returns for one of these kinds: its fields, and its name in field `Tag`. */
export type OneOf<Tag extends string, B> = {
  [K in keyof B & string]: Simple<{ [T in Tag]: K } & Infer<FieldsOf<B[K]>>>;
}[keyof B & string];
/** The same as people write it. */
export type WrittenOneOf<Tag extends string, B> = {
  [K in keyof B & string]: Simple<{ [T in Tag]: K } & Input<FieldsOf<B[K]>>>;
}[keyof B & string];
type FieldsOf<K> = K extends { readonly fields: () => infer F } ? F : never;

export interface VariantField<Tag extends string, B extends Kinds>
  extends Field<OneOf<Tag, B>, WrittenOneOf<Tag, B>, "required"> {
  readonly tag: Tag;
  readonly kinds: B;
}

/**
 * One of several kinds of object, told apart by the string in field `tag`.
 *
 * @param known what errors list, where there are more than `kinds`
 */
export function variant<const Tag extends string, B extends Kinds>(
  tag: Tag,
  kinds: B,
  known: readonly string[] = Object.keys(kinds),
): VariantField<Tag, B> {
  const tagField = choice(known);
  const expected = TRAINING ? `an object with ${tag} ${tagField.expected}` : "an object";
  const made = new Map<string, Field>();
  const whole = (name: string): Field => {
    let field = made.get(name);
    if (!field) {
      field = object({ [tag]: choice([name]), ...kinds[name]!.fields().fields });
      made.set(name, field);
    }
    return field;
  };
  return {
    tag,
    kinds,
    presence: "required",
    expected,
    check(value, path = "") {
      const given = asObject(value, path, expected);
      const here = Object.hasOwn(given, tag) ? given[tag] : undefined;
      if (here === undefined) refuse(within(path, tag), `missing; expected ${tagField.expected}`);
      return whole(tagField.check(here, within(path, tag))).check(given, path) as OneOf<Tag, B>;
    },
    jsonSchema:
      DOCS &&
      ((defs) => ({
        type: "object",
        required: [tag],
        oneOf: Object.keys(kinds).map((name) => {
          const { type: _, ...branch } = whole(name).jsonSchema(defs);
          const { description } = kinds[name]!.fields().jsonSchema();
          return { ...(description !== undefined && { description }), ...branch };
        }),
      })),
  };
}

/** Names of the kinds that need nothing but their name. */
export type PlainNames<B> = {
  [K in keyof B & string]: Record<never, never> extends Input<FieldsOf<B[K]>> ? K : never;
}[keyof B & string];

/** What Keras and TensorFlow.js call the same. */
const ALIASES: Readonly<Record<string, string>> = TRAINING
  ? { mse: "meanSquaredError", mae: "meanAbsoluteError", swish: "silu" }
  : {};

/** A variant that may also be written as its tag alone: "adam" for { name: "adam" }. `check` returns the object. */
export function orName<const Tag extends string, B extends Kinds>(
  of: VariantField<Tag, B>,
): Field<OneOf<Tag, B>, WrittenOneOf<Tag, B> | PlainNames<B>, "required"> {
  const all = Object.keys(of.kinds);
  const expected = `one of ${all.join(", ")}${TRAINING ? `, or an object with that ${of.tag}` : ""}`;
  return {
    presence: "required",
    expected,
    check(value, path = "") {
      if (typeof value === "object" && value !== null) return of.check(value, path);
      const name = ALIASES[value as string] ?? value;
      if (typeof name === "string" && Object.hasOwn(of.kinds, name))
        return of.check({ [of.tag]: name }, path);
      const hint = typeof value === "string" ? didYouMean(value, all) : "";
      return refuse(path, `expected ${expected}, got ${show(value)}${hint}`);
    },
    jsonSchema:
      DOCS &&
      ((defs) => {
        const plain = all.filter((name) =>
          Object.values(of.kinds[name]!.fields().fields).every(({ presence }) => presence !== "required"),
        );
        const same = Object.keys(ALIASES).filter((name) => plain.includes(ALIASES[name]!));
        return { anyOf: [{ enum: [...plain, ...same] }, of.jsonSchema(defs)] };
      }),
  };
}
