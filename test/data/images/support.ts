import { readFileSync } from "node:fs";

const folder = new URL("../../fixtures/images/", import.meta.url);

/** A file of test/fixtures/images; make_images.py there says what they show. */
export const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, folder)));

export const latin = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** A JPEG's bytes, and where its first segment of a kind begins. */
export function segment(name: string, marker: number): { bytes: Uint8Array; frame: number } {
  const bytes = fixture(name);
  const frame = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === marker);
  if (frame < 0) throw new Error(`${name} has no segment ${marker}`);
  return { bytes, frame };
}
