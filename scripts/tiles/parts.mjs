// What register tiles of every kind are made of. Lines of AssemblyScript as strings, without their indentation.
//
// What was measured (one x86-64 core whose peak in this WebAssembly is 51 GFLOP/s; full tables in bench/README.md) and why the tiles
// are as they are:
//
// - **Every step of an unrolled loop ends in its own `break`.** An optimising engine may move all loads of a basic block before its
//   arithmetic. Several steps in one block then want more registers than there are, and every sum is spilled to the stack: a 4 × 8
//   tile, unrolled four times the usual way, had 16 broadcasts and 8 vectors alive at once and ran at 26 GFLOP/s in V8. With a
//   compare between steps the blocks stay small: 46. Unrolled by 2, 4, 8: 45, 46, 47.
// - **4 rows × 8 columns; for what is left 2 × 16, then 1 × 24.** Eight sums hide the latency of an addition; together with the
//   operands of a step they just fit the 15 registers V8 uses. 5 × 8 (ten sums) spilled: 24 to 40. 1 × 32 spilled too: 23;
//   1 × 24: 35. Eight columns of a single row are too few sums to keep the adders busy.
// - **Weights are packed**, eight columns next to each other for each row. A block of 392 × 8 stays in the first-level cache, and a
//   tile of dw writes 128 bytes in one stretch.
// - **One call does a whole column of tiles.** A call for each cost as much as five steps of a short sum: dw of 10 × 784 × 30 went
//   from 31 to 36 GFLOP/s, and to 40 when the first product starts the sum instead of being added to a zero.
// - **Strided operands are copied together (`packed4x8`) only where strides are multiples of 512 bytes**, when rows fall into the
//   same few sets of the first-level cache: 784 × 512, batch 128, with copies 44, without 34; 784 × 100 with copies 42, without 44.
// - **Convolutions walk the image.** Second convolution of a digits net (13 × 13 × 8 → 11 × 11 × 16, 3 × 3, 64 images): a row of a patch,
//   3 × 8 floats, is contiguous, so a tile of four pixels × eight filters takes three runs of 24 steps with its sums in registers:
//   51.7 GFLOP/s, as fast as the product of ready patches (52.7). im2col and then that product: 47.3, image by image 48.2, with
//   nine times the memory. A product for each row of the kernel, sums going through memory in between: 42.7.
// - **Weight gradients of convolutions** keep a tile of dw while all pixels of an image pass by: 50. Tiles of three rows fill up what
//   fours leave over: the nine weights of a 3 × 3 kernel over one channel are three threes, not two fours and a slow single one.
//
// Sums run in order, one product after the other, each rounded twice (`madd`): an element has the same bits whichever tile computes it.

/** Columns of a panel of packed weights, and of a narrow last one: assembly/math/packed.ts. */
export const PANEL = 8;
export const NARROW = 4;
/** Floats in a register, bytes of a float, bytes of a register. */
const LANES = 4;
export const FLOAT = 4;
export const VECTOR = LANES * FLOAT;

export const list = (n, item) => Array.from({ length: n }, (_, i) => item(i));
export const indent = (lines, by = 1) => lines.map((line) => "  ".repeat(by) + line);
/** What a load takes: a pointer, and an offset where there is one. */
export const at = (pointer, offset) => (offset ? `${pointer}, ${offset}` : pointer);
/** `x0 += 8; x1 += 8;` */
export const move = (pointers, by) => pointers.map((pointer) => `${pointer} += ${by};`).join(" ");

/**
 * A tile of rows × columns sums. Register c of row r is called a<r><c>; it holds four columns.
 *
 * @param x (r, u) => [pointer, offset] of the value of row r at step u of an unrolled loop
 * @param w (c, u) => the same of register c of the columns
 */
export function tile(rows, columns, x, w) {
  return { rows, vectors: columns / LANES, x, w };
}

/**
 * A tile whose operands lie densely: at each step the pointers `xs`, one for each row, go on by `xStep` bytes, and `ws`, one for each
 * packed panel, by the bytes of their columns.
 */
export function denseTile(columns, xs, ws, xStep = FLOAT) {
  const wStep = (columns / ws.length) * FLOAT;
  const register = (c, u) => [ws[Math.floor((c * VECTOR) / wStep)], u * wStep + ((c * VECTOR) % wStep)];
  return { ...tile(xs.length, columns, (r, u) => [xs[r], u * xStep], register), xs, ws, xStep, wStep };
}

/** A declaration's or assignment's right side for each sum of row r: `a00 = …, a01 = …`. */
export const sums = ({ vectors }, r, value) => list(vectors, (c) => `a${r}${c} = ${value(c)}`).join(", ");

/** A term is added to a sum, or it starts the sum: what the first product is added to then needs no zero, which could round it. */
export const madd = (sum, s, v) => `madd(${sum}, ${s}, ${v})`;
export const start = (_sum, s, v) => `f32x4.mul(${s}, ${v})`;

/** Step u of the loop: a term of every sum. Registers of the columns stay while values of the rows pass by. */
export function step({ rows, vectors, x, w }, u = 0, add = madd, also = []) {
  const columns = list(vectors, (c) => `v${c} = v128.load(${at(...w(c, u))})`).join(", ");
  const declared = rows > 1 ? "let" : "const";
  const row = (r) => {
    const terms = list(vectors, (c) => `a${r}${c} = ${add(`a${r}${c}`, "s", `v${c}`)};`).join(" ");
    return `${r ? "" : `${declared} `}s = v128.load32_splat(${at(...x(r, u))}); ${terms}`;
  };
  return [`const ${columns};`, ...also, ...list(rows, row)];
}

/** The step in a block of its own, so that its values have short lives. */
export const blockStep = (of, u) => ["{", ...indent(step(of, u)), "}"];

/**
 * The loop over the sums of a dense tile, up to the pointer `end` of its columns, `unroll` steps a turn. A build for size takes two
 * steps a turn where it would be more. Measured in nabla/predict, 256 rows of 784-100-50-10: with two steps in the 4 × 8 tile 4 % slower, with
 * two in all others as fast.
 *
 * @param leave (n) => what else to do when the loop ends after n steps of a turn
 * @param shrink the shrinkLevel from which builds take two steps; undefined where no build for size has the loop
 */
export function loop(dense, unroll, { leave = () => "", shrink } = { shrink: 1 }) {
  const { xs, ws, xStep, wStep } = dense;
  const advance = (n) => `${move(xs, n * xStep)} ${move(ws, n * wStep)}`;
  const exit = (n) => (leave(n) ? `{ ${leave(n)} break; }` : "break;");
  const lines = [];
  for (let u = 0; u < unroll; u++) {
    lines.push(...blockStep(dense, u));
    if (u === 1 && unroll > 2 && shrink)
      lines.push(
        `if (ASC_SHRINK_LEVEL >= ${shrink}) { ${advance(2)} if (${ws[0]} == end) break; continue; }`,
      );
    if (u < unroll - 1) lines.push(`if (${ws[0]} == end - ${(u + 1) * wStep}) ${exit(u + 1)}`);
  }
  return ["while (true) {", ...indent([...lines, advance(unroll), `if (${ws[0]} == end) break;`]), "}"];
}

/** Stores row r of the sums from `pointer` + `offset` on. */
export const storeRow = ({ vectors }, r, pointer, offset = 0) =>
  list(vectors, (c) => {
    const place = offset + c * VECTOR;
    return `v128.store(${pointer}, a${r}${c}${place ? `, ${place}` : ""});`;
  }).join(" ");

/** Sums of a tile that lies in one piece: stored, and loaded. */
export const storePiece = (of, pointer) =>
  list(of.rows, (r) => storeRow(of, r, pointer, r * of.vectors * VECTOR));
export const loadPiece = (of, pointer) =>
  list(of.rows, (r) => sums(of, r, (c) => `v128.load(${at(pointer, (r * of.vectors + c) * VECTOR)})`));

/** A function, its parameters on a line of their own where they are many. */
export function func(comment, name, parameters, body) {
  const whole = `export function ${name}(${parameters.join(" ").slice(0, -1)}): void {`;
  const head =
    whole.length <= 130 ? [whole] : [`export function ${name}(`, ...indent(parameters), "): void {"];
  return [`/** ${comment} */`, ...head, ...indent(body), "}", ""];
}
