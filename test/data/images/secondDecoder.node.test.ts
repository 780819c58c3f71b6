/** JPEG files of jpeg-js' encoder, decoded by jpeg-js and by Nabla. */
import jpeg from "jpeg-js";
import { expect, test } from "vitest";
import { decoded } from "../../support/pictures/decode.ts";

// jpeg-js has another inverse transform, of whole numbers with fewer bits: each sample is off by 2 at most, and so a colour by
// 2 + 1.772 · 2 at most
test("another decoder says the same of files of another encoder, at every size to 65 × 65", () => {
  let state = 7;
  const dice = (n: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % n;
  };
  for (let i = 0; i < 130; i++) {
    const [width, height] = i < 65 ? [i + 1, 1 + dice(65)] : [1 + dice(65), i - 64];
    const pixels = Uint8Array.from({ length: width * height * 4 }, (_, at) =>
      at % 4 === 3 ? 255 : dice(3) ? 128 + 90 * Math.sin(at / 50) : dice(256),
    );
    const file = new Uint8Array(jpeg.encode({ width, height, data: pixels }, 50 + dice(50)).data);
    const want = jpeg.decode(file, {
      useTArray: true,
      formatAsRGBA: false,
      tolerantDecoding: false,
      maxResolutionInMP: 1,
      maxMemoryUsageInMB: 99,
    });
    const got = decoded(file);
    expect([got.width, got.height, got.channels]).toEqual([width, height, 3]);
    const off = got.data.reduce((most, value, at) => Math.max(most, Math.abs(value - want.data[at]!)), 0);
    expect(off, `${width}×${height}`).toBeLessThanOrEqual(5);
  }
});
