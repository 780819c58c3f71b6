// Tiles of convolutions: y = patches · w, and dw += patchesᵀ · dy, for one image.
import {
  at,
  denseTile,
  FLOAT,
  func,
  indent,
  list,
  loop,
  madd,
  move,
  step,
  storeRow,
  sums,
  tile,
  VECTOR,
} from "./parts.mjs";

/** To the next pixel, in its row or at the beginning of the next. */
const NEXT = "if (--c) { x += xPixel; y += yPixel; } else { c = columns; x += xTurn; y += yTurn; }";

/** y[pixels, columns], four pixels at a time; see assembly/math/convolve.ts. */
export function convolve(columns, unroll, comment) {
  const ps = ["p0", "p1", "p2", "p3"];
  const of = denseTile(columns, ps, ["w"]);
  const run = [
    "const offset = load<usize>(run);",
    `let ${ps.map((p, r) => `${p} = x${r} + offset`).join(", ")};`,
    "end += bytes;",
    ...loop(of, unroll),
    "w = end += skipped;",
    "run += 4;",
  ];
  const last = ps.length - 1;
  const four = [
    ...list(last, (r) => `const x${r} = x, y${r} = y; if (left) { left--; ${NEXT} }`),
    `const x${last} = x, y${last} = y;`,
    `let ${sums(of, 0, (c) => `v128.load(${at("init", c * VECTOR)})`)};`,
    `let ${list(last, (r) => sums(of, r + 1, (c) => `a0${c}`)).join(", ")};`,
    "let w = panel, end = panel, run = runs;",
    "do {",
    ...indent(run),
    "} while (run != runsEnd);",
    ...ps.map((_, r) => storeRow(of, r, `y${r}`)),
    "if (!left) break;",
    "left--;",
    NEXT,
  ];
  return func(
    comment,
    `convolve${columns}`,
    [
      "y: usize, yPixel: usize, yTurn: usize, x: usize, xPixel: usize, xTurn: usize,",
      "rows: i32, columns: i32, runs: usize, count: i32, length: i32, gap: i32, panel: usize, init: usize,",
    ],
    [
      `const runsEnd = runs + (<usize>count << 2), bytes = <usize>length * ${of.wStep}, skipped = <usize>gap * ${of.wStep};`,
      "let left = rows * columns - 1, c = columns;",
      "while (true) {",
      ...indent(four),
      "}",
    ],
  );
}

/**
 * Sums that lie in one piece, added to what stands at `from`, which may be where they are stored. All loads of a row come before its stores:
 * V8 makes one wide sum of two neighbouring ones (`--wide`) only where no store lies between their loads; 1.4 times as fast then.
 */
const storeAdded = ({ rows, vectors }, name, pointer, from) =>
  list(rows, (r) => {
    const sum = (c) => (name === "a" ? `a${r}${c}` : `${name}${c}`);
    const place = (c) => (r * vectors + c) * VECTOR;
    const adds = list(vectors, (c) => `${sum(c)} = f32x4.add(v128.load(${at(from, place(c))}), ${sum(c)});`);
    const stores = list(
      vectors,
      (c) => `v128.store(${pointer}, ${sum(c)}${place(c) ? `, ${place(c)}` : ""});`,
    );
    return [...adds, ...stores].join(" ");
  });

/**
 * dw[rows, columns] = from + (the sum over the pixels).
 *
 * @param near the tile's rows are consecutive floats of the image, so that one pointer does for them
 * @param withSums db[columns] = dbFrom + the sum of dy as well: additions of values that are loaded already
 */
export function correlate(rows, columns, comment, { near = false, withSums = false } = {}) {
  const xs = near || rows === 1 ? ["x"] : list(rows, (r) => `x${r}`);
  const of = tile(
    rows,
    columns,
    (r) => (near ? ["x", r * FLOAT] : [xs[r], 0]),
    (c) => ["dy", c * VECTOR],
  );
  /** A line for the sums of dy, where they are wanted. */
  const db = (item) => (withSums ? [list(of.vectors, item).join(" ")] : []);
  const adds = db((c) => `s${c} = f32x4.add(s${c}, v${c});`);
  return func(
    comment,
    `${near ? "near" : "far"}${rows}x${columns}${withSums ? "WithSums" : ""}`,
    [
      `dw: usize, from: usize,${withSums ? " db: usize, dbFrom: usize," : ""} ${xs.map((x) => `${x}: usize,`).join(" ")}`,
      "xPixel: usize, xTurn: usize, dy: usize, dyPixel: usize, rows: i32, columns: i32,",
    ],
    [
      ...list(of.rows, (r) => `let ${sums(of, r, (c) => (r || c ? "a00" : "f32x4.splat(0)"))};`),
      ...db((c) => `let s${c} = a00;`),
      "do {",
      "  let c = columns;",
      "  do {",
      ...indent([...step(of, 0, madd, adds), `${move(xs, "xPixel")} dy += dyPixel;`], 2),
      "  } while (--c);",
      `  ${move(xs, "xTurn")}`,
      "} while (--rows);",
      ...storeAdded(of, "a", "dw", "from"),
      ...(withSums ? storeAdded({ rows: 1, vectors: of.vectors }, "s", "db", "dbFrom") : []),
    ],
  );
}
