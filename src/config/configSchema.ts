import { schema } from "#schema";
import type { JsonSchema } from "../fields/fields.ts";

/** The JSON Schema (draft 2020-12) of configuration documents, for editors and other tools. Also the file nabla/schema.json. */
export const configSchema = (): JsonSchema => JSON.parse(JSON.stringify(schema));
