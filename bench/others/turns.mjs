// Peers as processes that take turns: see serve.mjs for what they are asked.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** ms after which a peer is taken not to answer. A compiler may take a minute. */
const PATIENCE = 240_000;

/** A peer that runs. An answer it cannot give is `{ error }` with a sentence, also when its process is gone. */
export class Player {
  #child;
  #stopped;

  /** @param {string} program @param {readonly string[]} words */
  constructor(program, words, env = {}) {
    this.#child = spawn(program, words, {
      stdio: ["pipe", "pipe", "ignore"],
      env: { ...process.env, ...env },
    });
    this.#child.on("error", (error) => this.#end(`it does not start: ${error.message}`));
    this.#child.on("exit", (code, signal) => this.#end(`its process ended (${signal ?? code})`));
    this.#child.stdin.on("error", () => {});
    this.waiting = undefined;
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      this.waiting?.(JSON.parse(line));
      this.waiting = undefined;
    });
  }

  #end(why) {
    this.#stopped ??= why;
    this.waiting?.({ error: this.#stopped });
    this.waiting = undefined;
  }

  get ended() {
    return this.#stopped !== undefined;
  }

  ask(question) {
    if (this.#stopped) return Promise.resolve({ error: this.#stopped });
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#end(`no answer within ${PATIENCE / 1000} s`);
        this.#child.kill("SIGKILL");
      }, PATIENCE);
      this.waiting = (answer) => {
        clearTimeout(timer);
        resolve(answer);
      };
      this.#child.stdin.write(`${JSON.stringify(question)}\n`);
    });
  }

  end() {
    this.#stopped ??= "it was ended";
    this.#child.stdin.end();
    this.#child.kill();
  }
}
