/** SQLite databases, in each Node that is here and has SQLite. The oldest that Nabla runs in has none: see formats.node.test.ts. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { engineFiles, NODES, root } from "../../bits/engines.mjs";

const required = process.env.NABLA_REQUIRE_ALL === "1";
const files = engineFiles();
const run = promisify(execFile);
const here = fileURLToPath(new URL("../../fixtures/tables/", import.meta.url));
const library = pathToFileURL(join(root, "build/node.js")).href;

describe.each(NODES.filter((major) => major >= 22))("Node %i", (major) => {
  const file = files[`Node ${major}`];

  /** What openData() gives of the rows, or the message of its error. */
  async function opened(name: string, options: object): Promise<unknown> {
    const program = `
      const { openData } = await import(${JSON.stringify(library)});
      const [path, options] = ${JSON.stringify([join(here, name), options])};
      const told = await openData(path, options).then(
        ({ train, notes, fingerprint }) => {
          const x = new Float32Array(train.length * train.inputShape[0]);
          const y = train.target.kind === "class" ? new Int32Array(train.length) : new Float32Array(train.length);
          train.read(Uint32Array.from(y, (_, i) => i), x, y);
          return { x: [...x], y: [...y], notes, fingerprint };
        },
        (error) => error.message,
      );
      console.log(JSON.stringify(told));`;
    const { stdout } = await run(file!, ["--input-type=module", "-e", program]);
    return JSON.parse(stdout);
  }

  test.skipIf(!file && !required)(
    `a database says what its text says, and answers queries${file ? "" : " (this Node is missing; to have it: node scripts/engines.mjs)"}`,
    async () => {
      if (!file)
        throw new Error(
          `Node ${major} is missing, and NABLA_REQUIRE_ALL=1 asks for it: node scripts/engines.mjs`,
        );
      const options = { ignore: ["count", "since", "seen", "active"], testFraction: 0 };
      const whole = (await opened("table.sqlite", options)) as { notes: string[] };
      expect(whole.notes[0]).toBe('all rows of its only table: SELECT * FROM "people"');
      const text = await opened("table.csv", { ...options, decimal: "." });
      expect(whole).toMatchObject({ x: (text as { x: number[] }).x, y: (text as { y: number[] }).y });

      const path = "two.sqlite";
      const asked = { query: "SELECT x, label FROM a WHERE x < 2", testFraction: 0, standardise: false };
      expect(await opened(path, asked)).toMatchObject({ x: [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75] });
      expect(await opened(path, {})).toMatch(
        /two\.sqlite: the database has 2 tables \(a, b\); query \(--query\)/,
      );
      expect(await opened(path, { query: "SELEKT" })).toMatch(
        /the query "SELEKT" cannot be answered: .*syntax/,
      );
      // nothing is ever written
      expect(await opened(path, { query: "DELETE FROM a RETURNING x" })).toMatch(
        /cannot be answered: .*readonly/,
      );
      expect(await opened(path, { query: "SELECT x AS a, x AS a FROM a" })).toMatch(
        /several columns .* same name/,
      );
    },
    60_000,
  );
});
