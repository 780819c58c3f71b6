/** What a file of JSON says. */

export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A value of an object that a file says; what every object has is not among them. null is none. */
export const field = (of: unknown, name: string): unknown =>
  isObject(of) && Object.hasOwn(of, name) ? (of[name] ?? undefined) : undefined;

export const textField = (of: unknown, name: string): string | undefined => {
  const value = field(of, name);
  return typeof value === "string" ? value : undefined;
};

/** The name of the class of something that is described: { class_name, config }. */
export const classOf = (value: unknown): string | undefined => textField(value, "class_name");
