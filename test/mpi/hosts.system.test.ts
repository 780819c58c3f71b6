/** One training on two hosts: network namespaces of this machine, with a cable between them. Open MPI reaches the second one as by ssh. */
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { CLI, env, shaOf, start, until, within } from "../support/mpi/launch.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-hosts-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tag = (process.pid % 10_000).toString(36);
const [here, there] = [`nabla-a${tag}`, `nabla-b${tag}`];
// nothing that ip might take for one of its own words: a name of four letters once came out as "name"
const [end, farEnd] = [`nabla0${tag}`, `nabla1${tag}`];
const ip = (...words: string[]) =>
  execFileSync("ip", words, { env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

/** Why there are no two hosts. Programs that are missing can be installed; a right that is missing can not. */
function hindrance(): { words: string; compulsory: boolean } | undefined {
  for (const [program, name] of [
    ["mpirun.openmpi", "openmpi-bin"],
    ["ip", "iproute2"],
    ["unshare", "util-linux"],
  ] as const)
    try {
      execFileSync(program, [program === "ip" ? "-V" : "--version"], { env, stdio: "ignore" });
    } catch {
      return { words: `${program} is missing: apt-get install ${name}`, compulsory: true };
    }
  try {
    ip("netns", "add", here);
    ip("netns", "del", here);
  } catch (error) {
    return { words: `this user may not make network namespaces: ${error}`, compulsory: false };
  }
  return undefined;
}

/** Makes both hosts, and what reaches the second one. */
function connect(): void {
  for (const host of [here, there]) ip("netns", "add", host);
  ip("link", "add", end, "netns", here, "type", "veth", "peer", "name", farEnd, "netns", there);
  for (const [i, [host, device]] of [
    [here, end],
    [there, farEnd],
  ].entries()) {
    ip("-n", host!, "addr", "add", `10.77.0.${i + 1}/24`, "dev", device!);
    for (const each of ["lo", device!]) ip("-n", host!, "link", "set", each, "up");
    // mpirun gives up a host that is cut off when TCP does: a dozen seconds instead of a quarter of an hour
    ip("netns", "exec", host!, "sh", "-c", "echo 5 > /proc/sys/net/ipv4/tcp_retries2");
  }
  const agent = join(folder, "agent.sh");
  // the name is for messages
  writeFileSync(
    agent,
    '#!/bin/sh\nhost=$1; shift\nexec ip netns exec "$host" unshare --uts sh -c "hostname $host && $*"\n',
  );
  chmodSync(agent, 0o755);
}

function disconnect(): void {
  for (const host of [here, there])
    try {
      for (const pid of ip("netns", "pids", host).split("\n").filter(Boolean))
        process.kill(Number(pid), "SIGKILL");
      ip("netns", "del", host);
    } catch {
      // it was not made
    }
}

/** Bytes that have gone to the second host, and that have come from it. */
const crossed = () =>
  ["tx", "rx"].map((way) =>
    Number(ip("netns", "exec", here, "cat", `/sys/class/net/${end}/statistics/${way}_bytes`)),
  );

const train = (out: string, more: readonly string[] = []): string[] => [
  process.execPath,
  CLI,
  ..."train digits --samples 240 -b 40 --shards 8 --json --out".split(" "),
  join(folder, out),
  ...more,
];

const mpirun = (words: readonly string[], more?: Record<string, string>) =>
  start(
    [
      ...["ip", "netns", "exec", here, "mpirun.openmpi", "-n", "2", "--host", `10.77.0.1:1,${there}:1`],
      ...["plm rsh", `plm_rsh_agent ${join(folder, "agent.sh")}`, "pml ob1", "btl tcp,self"]
        .concat("btl_tcp_if_include 10.77.0.0/24", "oob_tcp_if_include 10.77.0.0/24")
        .flatMap((setting) => ["--mca", ...setting.split(" ")]),
      ...Object.keys(more ?? {}).flatMap((name) => ["-x", name]),
      ...words,
    ],
    folder,
    more,
  );

const why = hindrance();
describe("two hosts", () => {
  if (why) {
    test("cannot be made here", (context) => {
      if (why.compulsory && process.env.NABLA_REQUIRE_ALL === "1") throw new Error(why.words);
      context.skip(`${why.words}; the tests of two hosts are left out`);
    });
    return;
  }
  afterEach(disconnect);

  test("train with the bits of one process, and gradients cross the cable", async () => {
    const alone = await start(train("alone.safetensors", ["--epochs", "2"]), folder).ended;
    expect(alone.code, alone.errors).toBe(0);
    connect();
    const { code, errors } = await within(mpirun(train("two.safetensors", ["--epochs", "2"])).ended);
    expect(code, errors).toBe(0);
    expect(shaOf(join(folder, "two.safetensors"))).toBe(shaOf(join(folder, "alone.safetensors")));
    // 12 steps, each of which sends a gradient of 84,060 numbers both ways
    for (const bytes of crossed()) expect(bytes).toBeGreaterThan(12 * 84_060 * 4);
  }, 120_000);

  test("one that is cut off is named, all end, and the checkpoint is whole", async () => {
    connect();
    const out = join(folder, "cut.safetensors");
    const words = train("cut.safetensors", ["--epochs", "100000", "--checkpoint-every", "5"]);
    const { child, ended } = mpirun(words, { NABLA_MPI_TIMEOUT: "3" });
    await until(() => existsSync(out) || child.exitCode !== null);
    expect(child.exitCode, "it has begun").toBe(null);
    ip("-n", here, "link", "set", end, "down");
    const { code, errors } = await within(ended);
    expect(code).not.toBe(0);
    expect(errors).toContain(
      `rank 1 on ${there} has given no sign of life for 3 seconds; rank 0 on ${hostname()} gives up. Its machine may be cut off`,
    );
    expect(shaOf(out)).toMatch(/^[0-9a-f]{64}$/);
  }, 120_000);
});
