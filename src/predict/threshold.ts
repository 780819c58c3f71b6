/** As outputThreshold() says it of a loss: predicting has its name alone, or those of each output. */
export function thresholdOf(loss: unknown, output: string, after: string): number {
  const { name, [output]: own } = (loss ?? {}) as Readonly<Record<string, unknown>>;
  if (own !== undefined) return thresholdOf(own, "", after);
  const called = String(name ?? loss);
  return called === "hinge" || (after === "linear" && /rossentropy$/i.test(called)) ? 0 : 0.5;
}
