// Tiles of the matrix products of dense layers: y = x · w, and dw = xᵀ · dy.
import {
  at,
  blockStep,
  denseTile,
  FLOAT,
  func,
  indent,
  list,
  loadPiece,
  loop,
  move,
  start,
  step,
  storePiece,
  storeRow,
  sums,
  tile,
  VECTOR,
} from "./parts.mjs";

/** What tiles end with: the sums are added to what y holds, where they are those of a later block of the same sum. */
const plusY = (of, r, pointer = "y", offset = 0) =>
  `if (plus) { ${list(of.vectors, (c) => `a${r}${c} = f32x4.add(v128.load(${at(pointer, offset + c * VECTOR)}), a${r}${c});`).join(" ")} }`;

const fromInit = (c) => `v128.load(${at("init", c * VECTOR)})`;

/** y[rows, columns] = init + x · w, for n tiles below each other. */
export function tiles(rows, columns, unroll, comment) {
  const xs = list(rows, (r) => `x${r}`);
  const of = denseTile(columns, xs, ["w"]);
  const body = [
    `let w = panel, ${xs.map((x, r) => `${x} = ${r ? `${xs[r - 1]} + ldx` : "x"}`).join(", ")};`,
    ...list(rows, (r) => `let ${sums(of, r, fromInit)}; init += ldinit;`),
    // the tile nearly all work is done in
    ...loop(of, unroll, { shrink: unroll > 4 ? 2 : 1 }),
    ...list(rows, (r) => [plusY(of, r), `${storeRow(of, r, "y")} y += ldy;`]).flat(),
    `x += ${rows > 1 ? `${rows} * ` : ""}ldx;`,
  ];
  return func(
    comment,
    `tiles${rows}x${columns}`,
    [
      "n: i32, y: usize, ldy: usize, x: usize, ldx: usize, panel: usize, k: i32, init: usize, ldinit: usize, plus: bool,",
    ],
    [`const end = panel + <usize>k * ${of.wStep};`, "for (; n; n--) {", ...indent(body), "}"],
  );
}

/** 2 rows × 16 columns. */
export function tile2x16() {
  const of = denseTile(16, ["x0", "x1"], ["w0", "w1"]);
  const init = (c) => `v128.load(${at(c < 2 ? "init" : "init + wide", (c % 2) * VECTOR)})`;
  return func(
    "2 rows × 16 columns: two panels, `panel` bytes apart; their inits are `wide` bytes apart.",
    "tile2x16",
    [
      "y: usize, ldy: usize, x0: usize, ldx: usize, w0: usize, panel: usize, k: i32,",
      "init: usize, ldinit: usize, wide: usize, plus: bool,",
    ],
    [
      "let x1 = x0 + ldx, w1 = w0 + panel;",
      `let ${sums(of, 0, init)}; init += ldinit;`,
      `let ${sums(of, 1, init)};`,
      `const end = w0 + <usize>k * ${of.wStep};`,
      ...loop(of, 4),
      plusY(of, 0),
      `${storeRow(of, 0, "y")} y += ldy;`,
      plusY(of, 1),
      storeRow(of, 1, "y"),
    ],
  );
}

/** 1 row × 24 columns. */
export function tile1x24() {
  const of = denseTile(24, ["x"], ["w0", "w1", "w2"]);
  const init = (panel) => `let a0${2 * panel} = ${fromInit(0)}, a0${2 * panel + 1} = ${fromInit(1)};`;
  return func(
    "1 row × 24 columns: three panels, `panel` bytes apart; their inits are `wide` bytes apart.",
    "tile1x24",
    ["y: usize, x: usize, w0: usize, panel: usize, k: i32, init: usize, wide: usize, plus: bool,"],
    [
      "let w1 = w0 + panel, w2 = w1 + panel;",
      `${init(0)} init += wide;`,
      `${init(1)} init += wide;`,
      init(2),
      `const end = w0 + <usize>k * ${of.wStep};`,
      ...loop(of, 4),
      plusY(of, 0),
      storeRow(of, 0, "y"),
    ],
  );
}

/**
 * dw[rows, columns] = or += xᵀ · dy, for n tiles below each other: what copied and strided operands have in common.
 *
 * @param begin declarations of the pointers that a tile begins with  @param stride bytes from one row of dy to the next
 * @param second what leads from the first term to the second  @param rest the loop over the others  @param next to the next tile
 */
function outerProduct(comment, name, parameters, of, { stride, begin, second, rest, next }) {
  const body = [
    `let ${begin};`,
    ...list(of.rows, (r) => `let ${list(of.vectors, (c) => `a${r}${c}: v128`).join(", ")};`),
    "if (add) {",
    ...indent(loadPiece(of, "dw").map((row) => `${row.replaceAll("), ", "); ")};`)),
    "} else {",
    ...indent([...step(of, 0, start), second]),
    "}",
    `if (q != end) ${rest[0]}`,
    ...rest.slice(1),
    ...storePiece(of, "dw"),
    next,
  ];
  return func(comment, name, parameters, [
    `const end = dy + <usize>k * ${stride};`,
    "for (; n; n--) {",
    ...indent(body),
    "}",
  ]);
}

/** Operands as they are: both step by a stride, so every step moves the pointers. */
export function outer(rows, columns, unroll, comment) {
  const of = tile(
    rows,
    columns,
    (r) => ["p", r * FLOAT],
    (c) => ["q", c * VECTOR],
  );
  const second = "p += ldx; q += ldy;";
  const turn = [...blockStep(of), second, "if (q == end) break;"];
  return outerProduct(
    comment,
    `outer${rows}x${columns}`,
    ["n: i32, dw: usize, x: usize, ldx: usize, dy: usize, ldy: usize, k: i32, add: bool,"],
    of,
    {
      stride: "ldy",
      begin: "p = x, q = dy",
      second,
      rest: ["while (true) {", ...indent(list(unroll, () => turn).flat()), "}"],
      next: `dw += ${rows * columns * FLOAT}; x += ${rows * FLOAT};`,
    },
  );
}

/** Operands copied together: x as [n][k][4], dy as [k][8]. */
export function packed4x8() {
  const xs = ["x", "x1", "x2", "x3"];
  const of = denseTile(8, xs, ["q"], VECTOR);
  return outerProduct(
    "4 rows × 8 columns of dw, packed.",
    "packed4x8",
    ["n: i32, dw: usize, x: usize, dy: usize, k: i32, add: bool,"],
    of,
    {
      stride: of.wStep,
      begin: "q = dy, x1 = x + 4, x2 = x + 8, x3 = x + 12",
      second: `${move(xs, of.xStep)} q += ${of.wStep};`,
      // the next tile's rows of x begin where those of this one end
      rest: loop(of, 4, { leave: (n) => `x += ${n * of.xStep};` }),
      next: "dw += 128;",
    },
  );
}
