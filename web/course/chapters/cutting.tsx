/** Cutting a number into digits: by gaps, and by letting the net judge the cuts. As in examples/read.mjs. */
import { classify, type DigitModel } from "../../../src/reading/classify.ts";
import { components } from "../../../src/reading/components.ts";
import { type Cut, findCuts } from "../../../src/reading/cuts.ts";
import { findInk, type Ink } from "../../../src/reading/ink.ts";
import { drawPiece, type Piece, pieceBetween } from "../../../src/reading/pieces.ts";
import { proposals, readDigits } from "../../../src/reading/read.ts";
import { lessons } from "../../text/lessons.ts";
import { fill } from "../../text/words.ts";
import { Button } from "../../ui/controls.tsx";
import { chapter } from "../chapter.ts";
import { Sheet } from "../sheet.tsx";
import { inkOf, type PenStroke, SHEET, strokesField } from "../strokes.ts";

/** A 2 and a 7 that touch. */
const TOUCHING: readonly PenStroke[] = [
  [
    [33, 10],
    [38, 4],
    [45, 5],
    [48, 12],
    [33, 34],
    [49, 34],
  ],
  [
    [50, 5],
    [66, 5],
    [56, 35],
  ],
];
const GOAL = "147";
const SOLUTION: readonly PenStroke[] = [
  [
    [12, 4],
    [12, 34],
  ],
  [
    [44, 4],
    [32, 24],
    [52, 24],
  ],
  [
    [46, 14],
    [46, 35],
  ],
  [
    [72, 5],
    [88, 5],
    [78, 35],
  ],
];
const PIXELS = 28;

interface State {
  readonly ink: readonly PenStroke[];
}

export interface ReadPiece {
  readonly digit: number;
  readonly confidence: number;
  /** Columns of the sheet. */
  readonly from: number;
  readonly to: number;
  /** As the net has it: 28 × 28. */
  readonly pixels: Uint8Array;
}

interface Result {
  readonly gaps: readonly ReadPiece[];
  readonly components: number;
  /** Ways to cut, ends left out. */
  readonly cuts: number;
  readonly tried: number;
  readonly text: string;
  readonly confidence: number;
}

let model: DigitModel | undefined;

/** Pieces between columns without ink, each read by itself. */
export function byGaps(ink: Ink, net: DigitModel): ReadPiece[] {
  const { width, height, data } = ink;
  const empty = (x: number): boolean => {
    for (let y = 0; y < height; y++) if (data[y * width + x] > 0) return false;
    return true;
  };
  const upright = (x: number): Cut => ({ path: new Int32Array(height).fill(x), ink: 0, mass: 0 });
  const found: Piece[] = [];
  let from = 0;
  for (let x = 0; x <= width; x++) {
    if (x < width && !empty(x)) continue;
    const piece = x > from && pieceBetween(ink, [upright(from), upright(x)], 0, 1);
    if (piece) found.push(piece);
    from = x + 1;
  }
  if (found.length === 0) return [];
  const shares = classify(net, found, "cutting");
  return found.map((piece, p) => {
    const own = [...shares.subarray(10 * p, 10 * p + 10)];
    const confidence = Math.max(...own);
    const pixels = new Uint8Array(PIXELS * PIXELS);
    drawPiece(piece, pixels, 0);
    const column = (x: number) => ink.left + Math.round(x * ink.scale);
    return {
      digit: own.indexOf(confidence),
      confidence,
      from: column(piece.from),
      to: column(piece.to),
      pixels,
    };
  });
}

const textOf = (pieces: readonly ReadPiece[]): string => pieces.map(({ digit }) => digit).join("");
const percent = (share: number): string => (100 * share).toFixed(0);

export default chapter({
  fields: { ink: strokesField(TOUCHING) },
  async compute({ ink: strokes }: State): Promise<Result> {
    // as Digits loads it, so that both have the same files
    model ??= (await import("../../digits/ready.ts")).readyModel();
    const data = inkOf(strokes);
    if (!data.some((value) => value > 0))
      return { gaps: [], components: 0, cuts: 0, tried: 0, text: "", confidence: 0 };
    const picture = { data, ...SHEET, channels: 1 };
    const ink = findInk(picture, "sheet");
    const cuts = findCuts(ink);
    const { text, confidence } = readDigits(model, picture);
    return {
      gaps: byGaps(ink, model),
      components: components(ink).boxes.length,
      cuts: cuts.length - 2,
      tried: proposals(ink, cuts).pieces.length,
      text,
      confidence,
    };
  },
  words: ({ gaps, components: parts, cuts, tried, text, confidence }) => ({
    gaps: String(gaps.length),
    gapText: textOf(gaps) || "–",
    components: String(parts),
    cuts: String(cuts),
    tried: String(tried),
    text: text || "–",
    sure: percent(confidence),
    goal: GOAL,
    digits: String(GOAL.length),
  }),
  solved: ({ gaps }) => textOf(gaps) === GOAL,
  solution: { ink: SOLUTION },
  Figure({ state, result, set }) {
    const said = lessons.cutting.labels;
    const { gaps, text, confidence } = result;
    return (
      <>
        <Sheet
          name={said.sheet}
          label={fill(said.sheetOf, { strokes: String(state.ink.length), text: text || "–" })}
          help={said.help}
          strokes={state.ink}
          pieces={gaps.map(({ from, to }) => [from, to] as const)}
          onWrite={(ink) => set({ ink })}
        />
        <div class="row">
          <Button onClick={() => set({ ink: state.ink.slice(0, -1) })} disabled={state.ink.length === 0}>
            {said.undo}
          </Button>
          <Button onClick={() => set({ ink: [] })} disabled={state.ink.length === 0}>
            {said.clear}
          </Button>
          <Button onClick={() => set({ ink: TOUCHING })}>{said.touching}</Button>
        </div>
        <ol class="pieces" aria-label={said.pieces}>
          {gaps.map(({ digit, confidence: sure, pixels }, i) => (
            <li key={i}>
              <svg
                viewBox={`0 0 ${PIXELS} ${PIXELS}`}
                role="img"
                aria-label={fill(said.piece, { at: String(i + 1) })}
              >
                {[...pixels].map((value, at) =>
                  value === 0 ? null : (
                    <rect
                      key={at}
                      x={at % PIXELS}
                      y={Math.floor(at / PIXELS)}
                      width="1"
                      height="1"
                      opacity={value / 255}
                    />
                  ),
                )}
              </svg>
              <strong class="figures">{digit}</strong>
              <span class="small muted figures">{percent(sure)} %</span>
            </li>
          ))}
        </ol>
        <table class="figures numbers">
          <thead>
            <tr>
              <th scope="col">{said.way}</th>
              <th scope="col">{said.read}</th>
              <th scope="col">{said.sure}</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">{said.gaps}</th>
              <td>{textOf(gaps) || "–"}</td>
              <td>
                {percent(
                  gaps.reduce((product, piece) => product * piece.confidence, Math.min(1, gaps.length)),
                )}{" "}
                %
              </td>
            </tr>
            <tr>
              <th scope="row">{said.judged}</th>
              <td>{text || "–"}</td>
              <td>{percent(confidence)} %</td>
            </tr>
          </tbody>
        </table>
      </>
    );
  },
});
