import { inlined } from "../../support/bytes.ts";

const files = import.meta.glob<string>("../../fixtures/images/*.{png,jpg}", {
  query: "?url&inline",
  import: "default",
  eager: true,
});

/** A file of test/fixtures/images; make_images.py there says what they show. */
export const fixture = (name: string): Uint8Array => inlined(files[`../../fixtures/images/${name}`]!);

export const latin = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** A JPEG's bytes, and where its first segment of a kind begins. */
export function segment(name: string, marker: number): { bytes: Uint8Array; frame: number } {
  const bytes = fixture(name);
  const frame = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === marker);
  if (frame < 0) throw new Error(`${name} has no segment ${marker}`);
  return { bytes, frame };
}
