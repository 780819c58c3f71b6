/** A cluster of Slurm on this machine alone: daemons, folders, key and ports of its own. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { hostname, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { env, until } from "./launch.ts";

const DAEMONS = ["munged", "slurmctld", "slurmd"] as const;
/** What Debian calls what is used. */
export const PACKAGES = "slurmctld slurmd slurm-client munge";

const paths = env.PATH.split(":");
const isThere = (program: string) => paths.some((path) => existsSync(join(path, program)));
export const slurmIsThere = (): boolean => [...DAEMONS, "sbatch", "scontrol"].every(isThere);

/** A port that nobody listens to. */
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

export class Slurm {
  private readonly daemons: ChildProcess[] = [];
  private said = "";

  private constructor(private readonly folder: string) {}

  /** Starts its daemons, and waits until jobs may begin. */
  static async start(): Promise<Slurm> {
    // paths of sockets are short
    const folder = mkdtempSync(join(tmpdir(), "nabla-slurm-"));
    const slurm = new Slurm(folder);
    const name = hostname().split(".")[0]!;
    for (const each of ["munge", "state", "spool"]) mkdirSync(join(folder, each), { mode: 0o755 });
    const munge = join(folder, "munge");
    writeFileSync(join(munge, "key"), randomBytes(1024), { mode: 0o400 });
    const user = userInfo().username;
    const config = {
      ClusterName: "test",
      SlurmctldHost: `${name}(127.0.0.1)`,
      SlurmctldPort: await freePort(),
      SlurmdPort: await freePort(),
      AuthType: "auth/munge",
      AuthInfo: `socket=${munge}/socket`,
      SlurmUser: user,
      SlurmdUser: user,
      StateSaveLocation: `${folder}/state`,
      SlurmdSpoolDir: `${folder}/spool`,
      SlurmctldPidFile: `${folder}/slurmctld.pid`,
      SlurmdPidFile: `${folder}/slurmd.pid`,
      ProctrackType: "proctrack/linuxproc",
      TaskPlugin: "task/none",
      JobAcctGatherType: "jobacct_gather/none",
      AccountingStorageType: "accounting_storage/none",
      SelectType: "select/cons_tres",
      SelectTypeParameters: "CR_CPU",
      SwitchType: "switch/none",
      // four tasks on two processors
      SlurmdParameters: "config_overrides",
    };
    const lines = [
      ...Object.entries(config).map(([key, value]) => `${key}=${value}`),
      `NodeName=${name} NodeAddr=127.0.0.1 CPUs=4 RealMemory=8192 State=UNKNOWN`,
      `PartitionName=all Nodes=${name} Default=YES MaxTime=INFINITE State=UP`,
    ];
    writeFileSync(join(folder, "slurm.conf"), `${lines.join("\n")}\n`);
    const files = { "key-file": "key", socket: "socket", "pid-file": "pid", "seed-file": "seed" };
    const options = Object.entries(files).map(([option, file]) => `--${option}=${munge}/${file}`);
    try {
      slurm.daemon("munged", ["--foreground", "--force", ...options]);
      await until(() => existsSync(join(munge, "socket")));
      slurm.daemon("slurmctld", ["-D", "-c"]);
      slurm.daemon("slurmd", ["-D", "-c"]);
      await until(() => slurm.node() === "idle");
      if (slurm.node() !== "idle")
        throw new Error(`Slurm's node is ${slurm.node()}: ${slurm.said.slice(-2000)}`);
    } catch (error) {
      await slurm.stop();
      throw error;
    }
    return slurm;
  }

  private daemon(program: (typeof DAEMONS)[number], words: readonly string[]): void {
    const child = spawn(program, words, { env: this.env, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (data) => {
        this.said += data;
      });
    this.daemons.push(child);
  }

  private get env(): Record<string, string | undefined> {
    return { ...env, SLURM_CONF: join(this.folder, "slurm.conf") };
  }

  private node(): string {
    try {
      return this.run("sinfo", ["--noheader", "--format=%T"]);
    } catch {
      return "no answer";
    }
  }

  /** Runs one of its commands. @returns what it prints @throws where it fails */
  run(command: string, words: readonly string[], cwd = this.folder): string {
    const options = { env: this.env, cwd, encoding: "utf8" } as const;
    return execFileSync(command, words, { ...options, stdio: ["ignore", "pipe", "pipe"] }).trim();
  }

  /** @param words what is given to sbatch @returns the job's number */
  submit(words: readonly string[], cwd: string): string {
    return this.run("sbatch", ["--parsable", ...words], cwd);
  }

  /** States of its tasks; none where it is over. */
  states(job: string): string[] {
    const words = ["--noheader", `--jobs=${job}`, "--format=%T"];
    try {
      return this.run("squeue", words).split("\n").filter(Boolean);
    } catch {
      // it has forgotten the job
      return [];
    }
  }

  /** @returns what came of each task: "COMPLETED 0:0" */
  outcome(job: string): string[] {
    const told = this.run("scontrol", ["show", "job", job]);
    return [...told.matchAll(/JobState=(\S+)[\s\S]*?ExitCode=(\S+)/g)].map(
      ([, state, code]) => `${state} ${code}`,
    );
  }

  /** Ends all that runs, and the daemons. */
  async stop(): Promise<void> {
    try {
      this.run("scancel", ["--signal=KILL", "--full", `--user=${userInfo().username}`]);
    } catch {
      // nothing runs, or nobody listens
    }
    for (const child of this.daemons.reverse()) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      if (child.exitCode === null && child.kill("SIGTERM")) await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What a job has printed. */
export const printed = (file: string): string => (existsSync(file) ? readFileSync(file, "utf8") : "");
