/** examples/cluster: files for schedulers are what they say, and the commands in them are understood. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { program } from "../../src/cli/program.ts";
import { terminalOf } from "../../src/report/terminal.ts";

const folder = join(import.meta.dirname, "../../examples/cluster");
const text = (file: string) => readFileSync(join(folder, file), "utf8");
const files = readdirSync(folder);
const scripts = files.filter((file) => /\.(sh|sbatch)$/.test(file));
const manifests = files.filter((file) => file.endsWith(".yaml"));
const { trials } = JSON.parse(text("sweep.json")) as { trials: number };

/** The words of a script's commands, quotes taken off. */
const commandsIn = (script: string): string[][] =>
  script
    .split("\n")
    .filter((line) => !/^\s*(#|$)/.test(line))
    .flatMap((line) => line.split(/ \|\|? | && /))
    .map((line) => [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c!));

const isNabla = (word: string): boolean => /^(.*\/)?nabla$/.test(word);

/** Those of nabla, with what starts them. */
const ofNabla = (all: readonly string[][]) =>
  all
    .filter((words) => words.some(isNabla))
    .map((words) => {
      const at = words.findIndex(isNabla);
      return { before: words.slice(0, at), words: words.slice(at + 1) };
    });

/** What the command line makes of these words. @throws where it refuses them */
function understood(words: readonly string[]): {
  name: string;
  args: readonly string[];
  flags: Record<string, unknown>;
} {
  const nowhere = { write() {} };
  const command = program(terminalOf({ stdout: nowhere, stderr: nowhere }), () => {});
  let seen: Command | undefined;
  for (const each of [command, ...command.commands])
    each.exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
  for (const each of command.commands)
    each.action(() => {
      seen = each;
    });
  command.parse(words, { from: "user" });
  return { name: seen!.name(), args: seen!.args, flags: seen!.opts() };
}

test("what is checked here is there, and words that are not understood are refused", () => {
  expect(scripts.length).toBeGreaterThan(3);
  expect(manifests.length).toBeGreaterThan(1);
  expect(() => understood(["train", "digits", "--shard", "16"])).toThrow("unknown option");
  expect(() => understood(["sweep", "sweep.json", "--jobs", "none"])).toThrow("--jobs");
});

/** What mpirun starts has shards for all; what trains goes on where it is started again. */
function checkTraining(ranks: number, words: readonly string[]): void {
  const { flags } = understood(words);
  expect(flags.shards).toBeGreaterThanOrEqual(ranks);
  expect(flags.out).toBeTypeOf("string");
  expect(flags.restart).toBeGreaterThan(0);
}

describe.each(scripts)("%s", (file) => {
  const script = text(file);
  test("is a script that its shell can read", () => {
    const [, shell] = /^#!(\S+)\n/.exec(script)!;
    expect(["/bin/sh", "/bin/bash"]).toContain(shell);
    execFileSync(shell!, ["-n", join(folder, file)], { stdio: "pipe" });
  });

  test("has commands that are understood", () => {
    const found = ofNabla(commandsIn(script));
    expect(found.length).toBeGreaterThan(0);
    const tasks = Number(/^#SBATCH --ntasks=(\d+)$/m.exec(script)?.[1]);
    for (const { before, words } of found) {
      const { name, args } = understood(words);
      // npm does not pass the scheduler's signals on
      if (file.endsWith(".sbatch")) expect(script).toMatch(/^exec .*node_modules\/\.bin\/nabla/m);
      if (name === "sweep" && args.length > 0) expect(args).toEqual(["sweep.json"]);
      if (name !== "train") continue;
      expect(before.join(" ")).toBe("exec srun --mpi=pmix");
      checkTraining(tasks, words);
    }
  });

  test("counts the trials that there are", () => {
    const array = /^#SBATCH --array=0-(\d+)$/m.exec(script);
    if (array) expect(Number(array[1]) + 1).toBe(trials);
    const seq = /^seq (\d+)/m.exec(script);
    if (seq) expect(Number(seq[1])).toBe(trials);
  });
});

const reader = join(import.meta.dirname, "../../build/tools/docs/node_modules/yaml");
describe.each(manifests)("%s", (file) => {
  if (!existsSync(reader)) {
    test("cannot be read here", (context) => {
      const words = "yaml is missing: node scripts/tools.mjs docs";
      if (process.env.NABLA_REQUIRE_ALL === "1") throw new Error(words);
      context.skip(words);
    });
    return;
  }
  const { parseAllDocuments } = createRequire(import.meta.url)(reader) as {
    parseAllDocuments(text: string): { errors: unknown[]; warnings: unknown[]; toJS(): unknown }[];
  };

  test("is YAML of one document, whose names hang together, with commands that are understood", () => {
    const documents = parseAllDocuments(text(file));
    expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
    expect(documents).toHaveLength(1);
    const job = documents[0]!.toJS() as Job;
    const pods = job.spec.mpiReplicaSpecs
      ? Object.values(job.spec.mpiReplicaSpecs).map(({ template }) => template.spec)
      : [job.spec.template!.spec];
    for (const { containers, volumes } of pods)
      for (const { volumeMounts } of containers)
        expect(volumes.map(({ name }) => name)).toEqual(volumeMounts.map(({ name }) => name));
    const [found, ...others] = ofNabla(
      pods.flatMap(({ containers }) => containers.flatMap(({ command }) => (command ? [command] : []))),
    );
    expect(others).toEqual([]);
    const { before, words } = found!;
    if (job.kind === "MPIJob") {
      expect(job.apiVersion).toBe("kubeflow.org/v2beta1");
      const { Worker } = job.spec.mpiReplicaSpecs!;
      const ranks = Worker!.replicas! * job.spec.slotsPerWorker!;
      expect(before).toEqual(["mpirun", "-n", String(ranks)]);
      checkTraining(ranks, words);
    } else {
      expect([job.apiVersion, job.kind]).toEqual(["batch/v1", "Job"]);
      expect(job.spec).toMatchObject({ completionMode: "Indexed", completions: trials });
      expect(understood(words).name).toBe("sweep");
    }
  });
});

/** What is looked at of a manifest. */
interface Template {
  readonly replicas?: number;
  readonly template: {
    readonly spec: {
      readonly containers: readonly {
        readonly command?: string[];
        readonly volumeMounts: readonly { readonly name: string }[];
      }[];
      readonly volumes: readonly { readonly name: string }[];
    };
  };
}
interface Job {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: Partial<Template> & {
    readonly slotsPerWorker?: number;
    readonly mpiReplicaSpecs?: Readonly<Record<string, Template>>;
  };
}
