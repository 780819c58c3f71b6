/** Programs that serve, while they are asked something. */
import { spawn } from "node:child_process";
import { type AddressInfo, connect, createServer } from "node:net";

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const socket = createServer().listen(0, "127.0.0.1", () => {
      const { port } = socket.address() as AddressInfo;
      socket.close(() => resolve(port));
    });
  });

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => done(true));
    socket.once("error", () => done(false));
  });

/** Runs a program until it listens on a port, and ends it after `talk`. @throws with all it said where it ends by itself */
export async function whileServing(
  command: string,
  args: readonly string[],
  port: number,
  options: { cwd: string; env?: Record<string, string> },
  talk: (url: string) => Promise<void>,
): Promise<void> {
  const child = spawn(command, args, { cwd: options.cwd, env: { ...process.env, ...options.env } });
  let said = "";
  child.stdout.on("data", (text) => (said += text));
  child.stderr.on("data", (text) => (said += text));
  let over: string | undefined;
  const ended = new Promise<void>((resolve) => {
    const end = (why: string) => {
      over = why;
      resolve();
    };
    child.once("error", ({ message }) => end(message));
    child.once("close", (code) => end(`exit code ${code}`));
  });
  try {
    const limit = Date.now() + 60_000;
    while (!(await listens(port))) {
      if (over !== undefined || Date.now() > limit)
        throw new Error(`${command}: ${over ?? "it listens at no port"}\n${said}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await talk(`http://127.0.0.1:${port}`);
  } finally {
    child.kill();
    await ended;
  }
}
