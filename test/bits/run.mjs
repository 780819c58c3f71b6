// Runs a program to its end.
import { spawn } from "node:child_process";
import { root } from "./engines.mjs";

/**
 * In the project's folder: that is where Deno finds packages.
 *
 * @param {readonly string[]} command
 * @param {Record<string, string>} [env]
 * @returns {Promise<{ stdout: string, stderr: string }>}
 * @throws {Error} with all it said, unless its exit code is 0
 */
export function run([file, ...args], env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: root, env: { ...process.env, ...env } });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (text) => {
      stdout += text;
    });
    child.stderr.on("data", (text) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) return resolve({ stdout, stderr });
      reject(new Error(`${file}: ${signal ?? `exit code ${code}`}: ${stderr || stdout}`));
    });
  });
}
