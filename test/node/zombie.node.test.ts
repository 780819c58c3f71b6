/** A process that was killed, and that its parent has not looked at yet, runs no more. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isRunning, ownOwner } from "../../src/node/owner.ts";

test.runIf(process.platform === "linux" && ownOwner() !== "0")("a zombie's lock is nobody's", async () => {
  // what the shell has begun is a child of sleep, which waits for none
  const parent = spawn("sh", ["-c", "sleep 0 & exec sleep 600"]);
  try {
    const statOf = (pid: string) => readFileSync(`/proc/${pid}/stat`, "utf8");
    const find = () => {
      for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
        try {
          const fields = statOf(pid)
            .slice(statOf(pid).lastIndexOf(")") + 2)
            .split(" ");
          if (fields[0] === "Z" && fields[1] === String(parent.pid)) return { pid, began: fields[19] };
        } catch {} // gone
    };
    let zombie = find();
    while (!zombie) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      zombie = find();
    }
    const [boot, space] = ownOwner().split("-");
    expect(isRunning(`${boot}-${space}-${zombie.pid}-${zombie.began}`)).toBe(false);
  } finally {
    parent.kill("SIGKILL");
  }
});
