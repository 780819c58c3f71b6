/** The training that use.ts asks for, in double precision. */

interface Rows {
  /** [24, 3] */
  readonly x: readonly number[];
  /** [24, 2] */
  readonly y: readonly number[];
}

const ROWS = 24;
const [INPUTS, OUTPUTS] = [3, 2];

/** All rows are one batch, so an epoch is a step; loss and error are those before it. */
export function trained(
  { x, y }: Rows,
  weights: readonly number[],
  biases: readonly number[],
  epochs: number,
) {
  const [kernel, bias] = [[...weights], [...biases]];
  const velocity = new Array<number>(kernel.length + bias.length).fill(0);
  const told = { kernel, bias, losses: [] as number[], errors: [] as number[], rates: [] as number[] };
  for (let epoch = 0; epoch < epochs; epoch++) {
    const slope = new Array<number>(velocity.length).fill(0);
    let loss = 0;
    let largest = 0;
    for (let r = 0; r < ROWS; r++) {
      const scaled = x.slice(r * INPUTS, (r + 1) * INPUTS).map((value) => 3 * value);
      for (let o = 0; o < OUTPUTS; o++) {
        const z = scaled.reduce((sum, value, i) => sum + value * kernel[i * OUTPUTS + o]!, bias[o]!);
        const root = Math.sqrt(1 + z * z);
        const error = z / root - y[r * OUTPUTS + o]!;
        loss += (2 * error ** 4) / ROWS;
        largest = Math.max(largest, Math.abs(error));
        const dz = (8 * error ** 3) / ROWS / root ** 3;
        for (let i = 0; i < INPUTS; i++) slope[i * OUTPUTS + o]! += scaled[i]! * dz;
        slope[kernel.length + o]! += dz;
      }
    }
    const rate = 0.1 * Math.max(0.2, 1 - epoch / 4) * 0.5;
    for (const [i, g] of slope.entries()) {
      velocity[i] = 0.25 * velocity[i]! + g;
      if (i < kernel.length) kernel[i]! -= rate * velocity[i]!;
      else bias[i - kernel.length]! -= rate * velocity[i]!;
    }
    told.losses.push(loss);
    told.errors.push(largest);
    told.rates.push(rate);
  }
  return told;
}
