/**
 * Digits as people draw them with a mouse or a finger: a second opinion beside the generator of the training data, with which it has nothing
 * in common. Each way of writing a digit is a few places a hand passes through, noted down by eye; a drawing takes one of them, moves each
 * place a little, leans, turns and stretches the whole, passes through it in a smooth curve at an uneven pace, and trembles.
 */

export type Path = readonly (readonly [x: number, y: number])[];

/** Ways of writing: strokes of places in a box from (0, 0) to (1, 1), y downwards. "/" in front of a stroke: straight lines, with corners. */
const WAYS: Readonly<Record<number, readonly (readonly string[])[]>> = {
  0: [
    ["50,0 18,14 2,50 18,86 50,100 82,86 98,50 82,14 52,1"],
    ["62,3 30,4 6,36 8,74 36,99 72,92 96,58 90,20 58,2 40,8"],
    ["45,2 80,10 97,48 84,88 48,100 14,84 3,46 20,10 50,2"],
  ],
  1: [["/50,0 50,100"], ["/22,26 54,0 54,100"], ["/62,0 40,100"], ["/28,24 52,0 52,100", "/24,100 80,100"]],
  2: [
    ["8,24 28,3 62,2 86,22 80,46 50,70 8,98", "/8,98 94,98"],
    ["6,22 34,0 74,6 88,30 66,58 32,82 6,99 40,96 96,98"],
    ["10,18 42,0 78,8 88,32 64,62 20,90 14,98 26,84 44,88 66,99 96,92"],
  ],
  3: [
    ["10,14 42,0 78,10 80,34 44,47", "44,47 84,58 92,80 60,99 8,90"],
    ["12,10 48,0 84,14 74,40 42,48 80,54 94,76 66,98 30,100 4,86"],
    ["/12,2 84,2 46,42", "46,42 82,48 94,72 70,96 36,100 6,86"],
  ],
  4: [
    ["/34,0 4,62 96,62", "/70,30 66,100"],
    ["/66,100 66,0 4,66 98,66"],
    ["/20,0 14,50 88,50", "/80,0 78,100"],
    ["14,2 8,38 34,52 82,46", "/84,2 76,100"],
  ],
  5: [
    ["/84,2 22,2 16,42", "16,42 54,34 90,56 84,86 50,100 8,90"],
    ["/18,2 14,44", "14,44 50,34 88,52 88,82 52,100 8,92", "/18,2 88,2"],
    ["86,0 52,3 24,4 20,24 16,44 44,38 80,48 92,72 70,96 34,100 6,90"],
  ],
  6: [
    ["72,0 34,24 8,62 16,92 50,100 84,88 86,64 56,52 22,62 10,78"],
    ["58,0 22,32 6,70 26,98 66,98 88,76 70,54 36,56 12,76"],
    ["82,6 46,10 14,44 6,78 34,100 72,96 88,72 66,54 30,60 10,74"],
  ],
  7: [
    ["/6,3 92,3 40,100"],
    ["/8,6 90,2 58,44 42,100"],
    ["/6,3 92,3 44,100", "/26,52 82,50"],
    ["8,8 50,4 92,4 64,40 46,72 40,100"],
  ],
  8: [
    ["78,14 46,0 16,18 34,42 72,58 88,82 52,100 12,84 28,58 70,38 82,16"],
    ["50,46 20,32 24,8 54,0 82,16 74,38 46,48 14,66 16,92 52,100 88,86 84,62 50,47"],
    ["52,1 24,10 26,36 52,46 78,34 78,10 52,1", "52,47 18,62 16,90 52,100 88,88 84,62 54,47"],
  ],
  9: [
    ["84,16 52,0 16,14 14,40 48,50 80,34 86,10", "/86,10 80,60 70,100"],
    ["80,26 62,2 26,4 10,30 30,52 66,44 82,14 84,46 76,80 60,100"],
    ["82,10 46,0 12,20 18,46 54,50 82,26 82,52 66,88 26,99"],
  ],
};

/** Numbers from 0 to 1 that depend on the seed alone (mulberry32). */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Strokes of one drawing, as shares of the pad's side. */
export function drawDigitByHand(digit: number, seed: number): Path[] {
  const random = numbers(seed * 10 + digit + 1);
  const spread = (amount: number) => (random() + random() + random() - 1.5) * (amount / 0.75);
  const ways = WAYS[digit]!;
  const way = ways[Math.floor(random() * ways.length)]!;
  const height = 0.62 + spread(0.14);
  const width = height * (0.66 + spread(0.14));
  const lean = spread(0.22);
  const turn = spread(0.1);
  const [cx, cy] = [0.5 + spread(0.06), 0.5 + spread(0.05)];
  const place = ([x, y]: readonly [number, number]): readonly [number, number] => {
    const u = (x - 0.5) * width - (y - 0.5) * height * lean;
    const v = (y - 0.5) * height;
    return [cx + u * Math.cos(turn) - v * Math.sin(turn), cy + u * Math.sin(turn) + v * Math.cos(turn)];
  };
  return way.map((text) => {
    const straight = text.startsWith("/");
    const places = text
      .replace("/", "")
      .split(" ")
      .map((pair) => pair.split(",").map((n) => Number(n) / 100 + spread(0.035)) as [number, number]);
    const path = straight ? corners(places) : curve(places);
    return path.map(place).map(([x, y]) => [clamp(x + spread(0.004)), clamp(y + spread(0.004))] as const);
  });

  function corners(places: [number, number][]): [number, number][] {
    return places.flatMap((to, i) => {
      const from = places[i - 1];
      if (!from) return [to];
      const steps = 5 + Math.floor(random() * 6);
      // a hand bends a straight line a little
      const bow = spread(0.04);
      return Array.from({ length: steps }, (_, s): [number, number] => {
        const t = (s + 1) / steps;
        const off = bow * 4 * t * (1 - t);
        const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
        return [from[0] + dx * t - dy * off, from[1] + dy * t + dx * off];
      });
    });
  }

  /** Catmull–Rom through the places. */
  function curve(places: [number, number][]): [number, number][] {
    const path: [number, number][] = [places[0]!];
    for (let i = 0; i + 1 < places.length; i++) {
      const [a, b, c, d] = [
        places[Math.max(0, i - 1)]!,
        places[i]!,
        places[i + 1]!,
        places[Math.min(places.length - 1, i + 2)]!,
      ];
      const steps = 3 + Math.floor(random() * 4);
      for (let s = 1; s <= steps; s++) {
        const t = s / steps;
        path.push(
          [0, 1].map(
            (k) =>
              0.5 *
              (2 * b[k]! +
                (c[k]! - a[k]!) * t +
                (2 * a[k]! - 5 * b[k]! + 4 * c[k]! - d[k]!) * t * t +
                (3 * b[k]! - a[k]! - 3 * c[k]! + d[k]!) * t * t * t),
          ) as [number, number],
        );
      }
    }
    return path;
  }
}

const clamp = (value: number): number => Math.max(0.02, Math.min(0.98, value));
