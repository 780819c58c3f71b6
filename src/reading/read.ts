/**
 * Reads a number of several digits with a classifier of single ones: try cuts, and keep those between which the
 * classifier is surest (Nielsen, "Neural Networks and Deep Learning", chapter 1). Sure alone is not enough, since half an 8 is
 * a fine 3: how a piece looks and what its cuts cross counts too. See score.ts.
 */
import { NablaError } from "../errors.ts";
import { checkOptions } from "../fields/options.ts";
import { classify, type DigitModel, digitsOf } from "./classify.ts";
import { type Cut, findCuts } from "./cuts.ts";
import { findInk, type LinePicture } from "./ink.ts";
import { bestPath, type Edge } from "./lattice.ts";
import { type Piece, pieceBetween } from "./pieces.ts";
import type { Plane } from "./resample.ts";
import { scoreOf } from "./score.ts";

/** One digit of a number: what it is, where it stands, how sure that is. */
export interface ReadDigit {
  digit: number;
  /** The classifier's share for it, 0 to 1. */
  confidence: number;
  /** Columns of the picture: `from` to `to` - 1. Digits that lean over each other overlap. */
  from: number;
  to: number;
  /** All ten digits, surest first. */
  ranking: { digit: number; confidence: number }[];
}

/** A number as it was read. */
export interface Reading {
  /** The digits from left to right: "1984". */
  text: string;
  digits: ReadDigit[];
  /** How sure it is of the whole: of the way it was cut, among all ways tried, and of every digit; 0 to 1. */
  confidence: number;
}

/** What readDigits() takes besides model and picture. */
export interface ReadOptions {
  /** What errors call the picture. Default "picture". */
  name?: string;
}

/** Pieces wider than this many heights of the line hold two digits for sure. */
const WIDEST = 1.6;
/** Columns at working size: some hundred digits. */
const LONGEST = 8192;

/**
 * Reads the digits of one line of handwriting, such as "1984", dark on light or light on dark.
 *
 * The outermost pixels of the picture are taken for background (their median); ink is what is darker, or lighter, whichever
 * stands out more. Transparent pixels are white. The ground should be even; some noise does no harm.
 * The same picture and weights give the same reading, bit for bit.
 *
 * @param model takes [28, 28, 1], [28, 28] or [784] in the manner of MNIST (bytes, ink 255, scaled by 1/255) and has ten outputs
 * @throws NablaError for another model, a picture without ink, of more than 16,777,216 pixels or a line too long
 */
export function readDigits(model: DigitModel, picture: LinePicture, options: ReadOptions = {}): Reading {
  checkOptions("readDigits", options, ["name"]);
  const name = options.name ?? "picture";
  const digits = digitsOf(model, "readDigits");
  const ink = findInk(picture, name);
  if (ink.width > LONGEST)
    throw new NablaError(
      `${name}: a line ${Math.round(ink.width / ink.height)} times as long as it is high is too long; expected at most a few hundred digits; read it in parts`,
    );
  const { edges, pieces, last } = proposals(ink, findCuts(ink));
  const shares = classify(model, pieces, "readDigits");
  const scored: Edge[] = edges.map(([from, to], e) => {
    const most = shares.subarray(e * 10, e * 10 + 10).reduce((a, b) => Math.max(a, b));
    return { from, to, score: scoreOf(pieces[e].shape, most) };
  });
  const best = bestPath(scored, last);
  const read = best.edges.map((e): ReadDigit => {
    const ranking = digits
      .map((digit, c) => ({ digit, confidence: shares[e * 10 + c] }))
      .sort((a, b) => b.confidence - a.confidence || a.digit - b.digit);
    const { from, to } = pieces[e];
    const column = (x: number) => ink.left + Math.round(x * ink.scale);
    return { ...ranking[0], from: column(from), to: column(to), ranking };
  });
  return {
    text: read.map(({ digit }) => digit).join(""),
    digits: read,
    confidence: read.reduce((product, { confidence }) => product * confidence, best.share),
  };
}

/** The pieces between any two cuts that are near enough to hold one digit; sorted by their right cut. */
export function proposals(
  ink: Plane,
  cuts: readonly Cut[],
): { edges: [from: number, to: number][]; pieces: Piece[]; last: number } {
  const edges: [number, number][] = [];
  const pieces: Piece[] = [];
  for (let to = 1; to < cuts.length; to++) {
    for (let from = to - 1; from >= 0; from--) {
      const piece = pieceBetween(ink, cuts, from, to);
      if (!piece) continue;
      // a neighbouring pair is always tried: where nothing can be cut, there is no other way
      if (piece.to - piece.from > WIDEST * ink.height && from < to - 1) break;
      edges.push([from, to]);
      pieces.push(piece);
    }
  }
  return { edges, pieces, last: cuts.length - 1 };
}
