/** The real TensorFlow.js, where `node scripts/tools.mjs interop` has installed it: what reads and writes its models. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const folder = fileURLToPath(new URL("../../build/tools/interop/", import.meta.url));
export const hasTfjs = (): boolean =>
  existsSync(`${folder}node_modules/@tensorflow/tfjs-layers/package.json`);

/** A test that says it is not there, or fails where it has to be. */
export function demandTfjs(): void {
  if (process.env.NABLA_REQUIRE_ALL === "1")
    test("tfjs-layers is installed: node scripts/tools.mjs interop", () => {
      expect(hasTfjs()).toBe(true);
    });
  else
    test.skipIf(hasTfjs())(
      "TensorFlow.js is asked as well (skipped: node scripts/tools.mjs interop installs it)",
      () => {},
    );
}

export interface Tensor {
  readonly shape: readonly number[];
  dataSync(): Float32Array;
  dispose(): void;
}
export interface Artifacts {
  readonly modelTopology: object;
  readonly weightSpecs: readonly { name: string; shape: readonly number[]; dtype: string }[];
  readonly weightData: ArrayBuffer;
  readonly [field: string]: unknown;
}
export interface LayersModel {
  readonly inputs: readonly { readonly shape: readonly (number | null)[]; readonly name: string }[];
  predict(x: Tensor | readonly Tensor[]): Tensor | readonly Tensor[];
  getWeights(): readonly Tensor[];
  setWeights(weights: readonly Tensor[]): void;
  save(handler: unknown): Promise<unknown>;
  apply(x: unknown): never;
}
type Make = (options?: object) => { apply(x: unknown): never };
export interface Tf {
  readonly layers: Readonly<Record<string, Make>>;
  input(options: object): never;
  model(options: object): LayersModel;
  sequential(options?: object): LayersModel & { add(layer: unknown): void };
  loadLayersModel(handler: unknown): Promise<LayersModel>;
  tensor(data: Float32Array, shape: readonly number[]): Tensor;
  readonly io: { fromMemory(artifacts: object): unknown; withSaveHandler(save: unknown): unknown };
}

let loaded: Tf | undefined;
export function tfjs(): Tf {
  if (loaded) return loaded;
  const require = createRequire(`${folder}package.json`);
  // it says how much faster a native build would be
  const { warn, info, log } = console;
  console.warn = console.info = console.log = () => {};
  try {
    const core = require("@tensorflow/tfjs-core");
    require("@tensorflow/tfjs-backend-cpu");
    const layers = require("@tensorflow/tfjs-layers");
    // values have its functions as methods, which a bundler's build of it adds
    const methods = core.Tensor.prototype;
    for (const [name, of] of Object.entries<(...given: unknown[]) => unknown>(core))
      if (typeof of === "function" && /^[a-z]/.test(name) && !(name in methods))
        methods[name] = function (this: unknown, ...given: unknown[]) {
          return of(this, ...given);
        };
    methods.flatten ??= function (this: unknown) {
      return core.reshape(this, [-1]);
    };
    loaded = { ...core, ...layers } as Tf;
  } finally {
    Object.assign(console, { warn, info, log });
  }
  return loaded;
}

/** What it would write. */
export async function artifactsOf(model: LayersModel): Promise<Artifacts> {
  let found: Artifacts | undefined;
  await model.save(
    tfjs().io.withSaveHandler(async (artifacts: Artifacts) => {
      found = artifacts;
      return { modelArtifactsInfo: {} };
    }),
  );
  return found!;
}

/** The two files it would write. */
export async function filesOf(model: LayersModel) {
  const { weightSpecs, weightData, ...rest } = await artifactsOf(model);
  const json = { ...rest, weightsManifest: [{ paths: ["weights.bin"], weights: weightSpecs }] };
  return {
    json: new TextEncoder().encode(JSON.stringify(json)),
    files: { "weights.bin": new Uint8Array(weightData) },
  };
}

export const wave = (i: number): number => Math.sin(i * 1.3 + 1);

/** Weights that show where each is. */
export function spread(model: LayersModel): void {
  let at = 0;
  model.setWeights(
    model.getWeights().map((weight) => {
      const n = weight.shape.reduce((a, b) => a * b, 1);
      // above 0, as variances are
      return tfjs().tensor(
        Float32Array.from({ length: n }, () => 0.45 + 0.4 * wave(at++)),
        weight.shape,
      );
    }),
  );
}

/** The outputs of rows, for each input a tensor. */
export function predicted(
  model: LayersModel,
  rows: readonly { data: Float32Array; shape: readonly number[] }[],
) {
  const x = rows.map(({ data, shape }) => tfjs().tensor(data, shape));
  return [model.predict(x.length === 1 ? x[0]! : x)].flat().map((y) => (y as Tensor).dataSync());
}
