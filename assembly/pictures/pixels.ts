// From planes of samples to pixels. Planes that have fewer samples are interpolated as libjpeg does ("fancy upsampling": three quarters of
// the nearer sample and one of the farther), and colours are converted with its numbers.

import { Component } from "./records";

/** What components are. */
const GREY: i32 = 0;
const RGB: i32 = 1;
const YCC: i32 = 2;
const CMYK: i32 = 3;

/**
 * Writes rows `y` to `end` of the picture to `out`, one byte a pixel for grey, else three; up to 24 bytes behind them are written over.
 *
 * @param components pointers to them @param width of the picture
 */
export function pixelRows(components: usize, colours: i32, width: i32, y: i32, end: i32, out: usize): void {
  const a = changetype<Component>(load<usize>(components));
  for (; y < end; y++) {
    upsample(a, y);
    if (colours == GREY) {
      memory.copy(out, a.row, width);
      out += width;
      continue;
    }
    const b = changetype<Component>(load<usize>(components, 4)), c = changetype<Component>(load<usize>(components, 8));
    upsample(b, y);
    upsample(c, y);
    if (colours == RGB || colours == CMYK) joined(a.row, b.row, c.row, width, out);
    else converted(a.row, b.row, c.row, width, out);
    if (colours >= CMYK) {
      const d = changetype<Component>(load<usize>(components, 12));
      upsample(d, y);
      inked(d.row, width, out, colours == CMYK ? 255 : 0);
    }
    out += 3 * width;
  }
}

/** One row of the picture's width, into the component's own. */
function upsample(own: Component, y: i32): void {
  const width = own.width, across = own.across, down = own.down;
  const from = own.plane + <usize>((down == 1 ? y : y / down) * own.stride);
  const into = own.row;
  if (across == 1 && down == 1) {
    memory.copy(into, from, width);
    return;
  }
  const wide = across == 2 && width > 2;
  if (wide && down == 1) return twiceAcross(from, width, into);
  if (down == 2 && (across == 1 || wide)) {
    // the next row on the side on which this one lies
    const side = max(0, min(own.height - 1, (y >> 1) + ((y & 1) << 1) - 1));
    const far = own.plane + <usize>(side * own.stride);
    if (wide) twiceBoth(from, far, width, into);
    else for (let x = 0; x < width; x++) store<u8>(into + x, (3 * sample(from, x) + sample(far, x) + 1 + (y & 1)) >> 2);
    return;
  }
  for (let x = 0, to = into; x < width; x++, to += across) memory.fill(to, load<u8>(from + x), across);
}

/** @inline */
function sample(from: usize, x: i32): i32 {
  return <i32>load<u8>(from + x);
}

function twiceAcross(from: usize, width: i32, into: usize): void {
  const end = width - 1;
  let before = sample(from, 0), value = before, next = sample(from, 1);
  store<u8>(into, value);
  store<u8>(into, (3 * value + next + 2) >> 2, 1);
  for (let x = 1; x < end; x++) {
    before = value;
    value = next;
    next = sample(from, x + 1);
    const to = into + 2 * x;
    store<u8>(to, (3 * value + before + 1) >> 2);
    store<u8>(to, (3 * value + next + 2) >> 2, 1);
  }
  store<u8>(into + 2 * end, (3 * next + value + 1) >> 2);
  store<u8>(into + 2 * end, next, 1);
}

/** Three quarters of a sample and one of that in the next row, times 4. @inline */
function column(near: usize, far: usize, x: i32): i32 {
  return 3 * sample(near, x) + sample(far, x);
}

function twiceBoth(near: usize, far: usize, width: i32, into: usize): void {
  const end = width - 1;
  let value = column(near, far, 0), next = column(near, far, 1), before = value;
  store<u8>(into, (4 * value + 8) >> 4);
  store<u8>(into, (3 * value + next + 7) >> 4, 1);
  let x = 1;
  for (; x + 8 < width; x += 8) {
    const left = eight(near, far, x - 1), middle = eight(near, far, x), right = eight(near, far, x + 1);
    const three = i16x8.mul(middle, i16x8.splat(3));
    const odd = i16x8.shr_u(i16x8.add(i16x8.add(three, right), i16x8.splat(7)), 4);
    const even = i16x8.shr_u(i16x8.add(i16x8.add(three, left), i16x8.splat(8)), 4);
    // both are below 256: bytes of the one beside those of the other
    v128.store(into + 2 * x, v128.or(even, i16x8.shl(odd, 8)));
  }
  value = column(near, far, x - 1);
  next = column(near, far, x);
  for (; x < end; x++) {
    before = value;
    value = next;
    next = column(near, far, x + 1);
    const to = into + 2 * x;
    store<u8>(to, (3 * value + before + 8) >> 4);
    store<u8>(to, (3 * value + next + 7) >> 4, 1);
  }
  store<u8>(into + 2 * end, (3 * next + value + 8) >> 4);
  store<u8>(into + 2 * end, (4 * next + 7) >> 4, 1);
}

/** column() of eight samples, uint16. @inline */
function eight(near: usize, far: usize, x: i32): v128 {
  return i16x8.add(i16x8.mul(v128.load_ext<u8>(near + x), i16x8.splat(3)), v128.load_ext<u8>(far + x));
}

/** Eight pixels of three bytes each, from their bytes in two vectors: eight of red and eight of green, eight of blue. @inline */
function store24(out: usize, rg: v128, b: v128): void {
  v128.store(out, v128.shuffle<i8>(rg, b, 0, 8, 16, 1, 9, 17, 2, 10, 18, 3, 11, 19, 4, 12, 20, 5));
  const rest = v128.shuffle<i8>(rg, b, 13, 21, 6, 14, 22, 7, 15, 23, 0, 0, 0, 0, 0, 0, 0, 0);
  store<i64>(out, i64x2.extract_lane(rest, 0), 16);
}

function joined(red: usize, green: usize, blue: usize, width: i32, out: usize): void {
  for (let x = 0; x < width; x += 8, out += 24) {
    const rg = i64x2.replace_lane(v128.load_zero<i64>(red + x), 1, load<i64>(green + x));
    store24(out, rg, v128.load_zero<i64>(blue + x));
  }
}

// ITU-R BT.601 for the whole range, as JFIF says, in 1/65536
const CR_RED: i32 = 91881;
const CB_BLUE: i32 = 116130;
const CR_GREEN: i32 = 46802;
const CB_GREEN: i32 = 22554;

/** a · f + b · g + 1/2, in whole numbers, of eight int16. @inline */
function part(a: v128, f: i32, b: v128, g: i32): v128 {
  const half = i32x4.splat(32768), F = i32x4.splat(f), G = i32x4.splat(g);
  let low = i32x4.add(i32x4.mul(i32x4.extend_low_i16x8_s(a), F), half);
  let high = i32x4.add(i32x4.mul(i32x4.extend_high_i16x8_s(a), F), half);
  if (g != 0) {
    low = i32x4.add(low, i32x4.mul(i32x4.extend_low_i16x8_s(b), G));
    high = i32x4.add(high, i32x4.mul(i32x4.extend_high_i16x8_s(b), G));
  }
  return i16x8.narrow_i32x4_s(i32x4.shr_s(low, 16), i32x4.shr_s(high, 16));
}

function converted(luminance: usize, blueness: usize, redness: usize, width: i32, out: usize): void {
  const middle = i16x8.splat(128);
  for (let x = 0; x < width; x += 8, out += 24) {
    const y = v128.load_ext<u8>(luminance + x);
    const cb = i16x8.sub(v128.load_ext<u8>(blueness + x), middle);
    const cr = i16x8.sub(v128.load_ext<u8>(redness + x), middle);
    const r = i16x8.add(y, part(cr, CR_RED, cr, 0));
    const g = i16x8.add(y, part(cb, -CB_GREEN, cr, -CR_GREEN));
    const b = i16x8.add(y, part(cb, CB_BLUE, cb, 0));
    store24(out, i8x16.narrow_i16x8_u(r, g), i8x16.narrow_i16x8_u(b, b));
  }
}

/**
 * Three inks and black, stored inverted as Adobe does (255 is none), to colours. What lies at `out` is inverted by `invert`: colours of YCCK
 * are inks already.
 */
function inked(black: usize, width: i32, out: usize, invert: i32): void {
  for (let x = 0; x < width; x++, out += 3) {
    const light = sample(black, x);
    for (let c = 0; c < 3; c++) {
      const product = (sample(out, c) ^ invert) * light + 128;
      store<u8>(out + c, max(0, light - ((product + (product >> 8)) >> 8)));
    }
  }
}
