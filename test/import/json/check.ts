/** What a network of another library's JSON must do here. */
import { expect } from "vitest";
import { openModel } from "../../../src/import/index.ts";
import type { Model } from "../../../src/index.ts";

export interface Net {
  readonly name: string;
  readonly json: object;
  readonly inputs: readonly (readonly number[])[];
  readonly outputs: readonly (readonly number[])[];
}

export async function predictsAsTheirs({ name, json, inputs, outputs }: Net): Promise<Model> {
  const model = await openModel(new TextEncoder().encode(JSON.stringify(json)));
  const { data } = model.predict({
    shape: [inputs.length, ...model.inputShape],
    data: Float32Array.from(inputs.flat()),
  } as never);
  const wanted = outputs.flat();
  expect(data.length, name).toBe(wanted.length);
  wanted.forEach((value, i) => {
    expect(Math.abs(value - data[i]!), `${name}: value ${i}: ${data[i]}`).toBeLessThanOrEqual(1e-5);
  });
  return model;
}
