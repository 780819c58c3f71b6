/** The files that the commands and programs of the pages use, made small. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { encode } from "fast-png";
import { digits } from "../../src/data/index.ts";
import { Stream } from "../../src/math/random.ts";
import { contents, idxBytes } from "../data/helpers.ts";
import nets from "../import/pytorch/nets.json" with { type: "json" };
import { writeZip } from "../support/data/npy.ts";
import { churn } from "../support/tables/journeys.ts";
import { blocks, root } from "./pages.ts";

/**
 * Writes the models of models(), iris.csv, load.csv, churn.csv, sweep.json, book.txt, gestures.json, gestures.csv, new.json, number.png,
 * mnist/, pictures/, photo.png, pets/ and labels.csv.
 */
export function writeFiles(folder: string): void {
  models(folder);
  writeFileSync(join(folder, "iris.csv"), iris());
  writeFileSync(join(folder, "load.csv"), load());
  writeFileSync(join(folder, "churn.csv"), churn(600));
  writeFileSync(join(folder, "sweep.json"), sweep());
  writeFileSync(join(folder, "book.txt"), "the cat sat on the mat. the dog sat on the log.\n".repeat(30));
  const recordings = gestures();
  writeFileSync(join(folder, "gestures.json"), JSON.stringify(recordings));
  const steps = recordings.flatMap(({ x, gesture }, i) =>
    x.map((value, t) => `${i},${t},${value},${gesture}`),
  );
  writeFileSync(join(folder, "gestures.csv"), `recording,t,x,gesture\n${steps.join("\n")}\n`);
  writeFileSync(join(folder, "new.json"), JSON.stringify(recordings.slice(0, 2).map(({ x }) => x)));
  writeFileSync(join(folder, "number.png"), number());
  mkdirSync(join(folder, "mnist"));
  for (const [part, samples, name] of [
    ["train", 100, "train"],
    ["test", 20, "t10k"],
  ] as const) {
    const { x, y } = contents(digits({ samples, part }));
    const write = (file: string, bytes: Uint8Array) =>
      writeFileSync(join(folder, "mnist", `${name}-${file}-ubyte.gz`), gzipSync(bytes));
    write("images-idx3", idxBytes(8, [samples, 28, 28], x));
    write("labels-idx1", idxBytes(8, [samples], y));
  }
  const pets: [name: string, kind: string, file: Uint8Array][] = [];
  for (const [c, kind] of ["cat", "dog"].entries()) {
    mkdirSync(join(folder, "pictures", kind), { recursive: true });
    for (let i = 0; i < 20; i++) {
      const data = Uint8Array.from({ length: 20 * 20 }, (_, p) => 150 * c + ((p * 7 + i * 31) % 60));
      const file = encode({ width: 20, height: 20, channels: 1, data });
      writeFileSync(join(folder, "pictures", kind, `${i}.png`), file);
      if (c === 1) writeFileSync(join(folder, "photo.png"), file);
      if (i < 4) pets.push([`${kind}.${i}.png`, kind, file]);
    }
  }
  mkdirSync(join(folder, "pets"));
  for (const [name, , file] of pets) writeFileSync(join(folder, "pets", name), file);
  const rows = pets.map(([name, kind], i) => `${name},${i},${kind}`);
  writeFileSync(join(folder, "labels.csv"), `file,age,breed\n${rows.join("\n")}\n`);
}

/** Models of other programs: classifier.pt, classifier.keras, converted_keras.zip. */
function models(folder: string): void {
  const { mlp } = nets.nets as unknown as Record<string, { pt: string }>;
  writeFileSync(join(folder, "classifier.pt"), Buffer.from(mlp!.pt, "base64"));
  const made = (name: string) => readFileSync(join(root, "test/import/keras/files", name));
  writeFileSync(join(folder, "classifier.keras"), made("dense-3.keras"));
  // as Teachable Machine packs it: a model of Keras 2 beside its labels
  const labels = ["cat", "dog", "bird"].map((name, i) => `${i} ${name}\n`).join("");
  const zip = writeZip([
    { name: "keras_model.h5", content: new Uint8Array(made("dense-2.h5")) },
    { name: "labels.txt", content: new TextEncoder().encode(labels) },
  ]);
  writeFileSync(join(folder, "converted_keras.zip"), zip);
}

/** Waves and shakes, of different lengths. */
const gestures = () =>
  Array.from({ length: 40 }, (_, i) => ({
    x: Array.from({ length: 6 + (i % 5) }, (_, t) => Number(Math.sin(t * (i % 2 ? 2 : 0.5) + i).toFixed(3))),
    gesture: i % 2 ? "shake" : "wave",
  }));

function load(): string {
  const random = new Stream(1, 91);
  const rows = Array.from({ length: 60 * 24 }, (_, i) => {
    const time = new Date(Date.UTC(2024, 0, 1, i)).toISOString().slice(0, 16);
    const day = 40 * Math.sin((2 * Math.PI * i) / 24) + 15 * Math.cos((4 * Math.PI * i) / 24);
    return `${time},${(300 + day + 8 * random.gaussian()).toFixed(1)}`;
  });
  return `time,load\n${rows.join("\n")}\n`;
}

/** Two generated digits side by side. */
function number(): Uint8Array {
  const { x } = contents(digits({ samples: 10 }));
  const data = Uint8Array.from({ length: 2 * 784 }, (_, i) => {
    const [column, row] = [i % 56, Math.floor(i / 56)];
    return x[(column < 28 ? 4 : 2) * 784 + row * 28 + (column % 28)];
  });
  return encode({ data, width: 56, height: 28, channels: 1, depth: 8 });
}

/** Three kinds of flowers around the means of Fisher's. */
function iris(): string {
  const kinds = { setosa: [5, 3.4, 1.5, 0.2], versicolor: [5.9, 2.8, 4.3, 1.3], virginica: [6.6, 3, 5.6, 2] };
  const rows = Array.from({ length: 50 }, (_, i) =>
    Object.entries(kinds).map(([kind, means]) => {
      const cells = means.map((mean, c) => (mean + (((i * (7 + 4 * c)) % 13) - 6) / 15).toFixed(2));
      return `${cells.join(",")},${kind}`;
    }),
  );
  return `sepal_length,sepal_width,petal_length,petal_width,species\n${rows.flat().join("\n")}\n`;
}

/** The sweep of docs/cluster.md, with less to do. */
function sweep(): string {
  const [document] = blocks("docs/cluster.md", "json");
  return JSON.stringify({
    ...JSON.parse(document!),
    options: { samples: 200, epochs: 3 },
    trials: 3,
  });
}
