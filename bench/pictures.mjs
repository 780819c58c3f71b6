// Decoding of pictures of 640 × 480, beside jpeg-js and fast-png, which decoded them before.
//   node bench/pictures.mjs         (after npm run build)
import { encode as encodePng, decode as fastPng } from "fast-png";
import jpegJs from "jpeg-js";
import { decodeImage } from "nabla/node";
import { median } from "../build/internals.js";

const [width, height] = [640, 480];

/** Waves and noise: as much detail as photographs have. */
function drawn(noise) {
  let state = 1;
  const dice = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) / 2 ** 32 - 0.5) * noise;
  };
  const data = new Uint8Array(width * height * 4);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      const values = [
        128 + 90 * Math.sin(x / 17),
        128 + 90 * Math.cos(y / 23 + x / 50),
        ((x + y) / 1120) * 255,
      ];
      values.forEach((value, c) => {
        data[at + c] = Math.max(0, Math.min(255, value + dice()));
      });
      data[at + 3] = 255;
    }
  }
  return data;
}

/** Milliseconds of each, in turn, so that a drift of the machine meets both: the first time, and the median of the others. */
function sideBySide(ours, theirs) {
  const times = [[], []];
  for (let i = 0; i < 31; i++) {
    for (const [which, decode] of [ours, theirs].entries()) {
      const t = performance.now();
      decode();
      times[which].push(performance.now() - t);
    }
  }
  return times.map((all) => ({ first: all[0], median: median(all.slice(1)) }));
}

const rows = [];
for (const [name, noise, quality] of [
  ["JPEG, smooth, quality 85", 10, 85],
  ["JPEG, noisy, quality 95", 60, 95],
]) {
  const bytes = new Uint8Array(jpegJs.encode({ width, height, data: drawn(noise) }, quality).data);
  const before = () => jpegJs.decode(bytes, { useTArray: true, formatAsRGBA: false });
  rows.push([name, bytes.length, ...sideBySide(() => decodeImage(bytes, name), before)]);
}
const png = encodePng({ width, height, channels: 4, data: drawn(20) });
rows.push([
  "PNG, RGBA",
  png.length,
  ...sideBySide(
    () => decodeImage(png, "a"),
    () => fastPng(png),
  ),
]);

const ms = ({ first, median }) => `${median.toFixed(1)} ms (${first.toFixed(0)})`;
console.log(
  "| 640 × 480 | KB | Nabla: median (first) | jpeg-js, fast-png | times as fast |\n| --- | --- | --- | --- | --- |",
);
for (const [name, size, ours, theirs] of rows)
  console.log(
    `| ${name} | ${(size / 1000).toFixed(0)} | ${ms(ours)} | ${ms(theirs)} | ${(theirs.median / ours.median).toFixed(1)} |`,
  );
