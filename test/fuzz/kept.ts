/** Inputs that are kept: what once failed, for ever, and what reached something new, for the next run. */
import { createHash } from "node:crypto";

export const digestFile = (bytes: Uint8Array): string =>
  createHash("sha256").update(bytes).digest("hex").slice(0, 16);

/** "TypeError in decode: …" → "type-error-in-decode-1a2b3c4d" */
export const nameOf = (kind: string, bytes: Uint8Array): string =>
  `${kind
    .replace(/([a-z])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 48)
    .replace(/-$/, "")}-${digestFile(bytes).slice(0, 8)}`;
