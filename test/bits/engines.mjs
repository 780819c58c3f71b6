// Where npm put the engines that scripts/engines.mjs installs.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
/** NABLA_ENGINES names another node_modules folder to look in. */
export const modules = process.env.NABLA_ENGINES ?? join(root, "build/engines/node_modules");

/** The versions of Node whose bits are compared: those that are maintained, and the oldest that Nabla runs in. */
export const NODES = /** @type {const} */ ([20, 22, 24, 26]);
/** Those that run as programs for Arm. */
export const ARM_NODES = /** @type {const} */ ([22, 26]);

const exe = process.platform === "win32" ? ".exe" : "";
const first = (/** @type {string[]} */ ...paths) => paths.find((path) => existsSync(path));

/**
 * Each engine's program in this node_modules folder; undefined where it is not there.
 *
 * @param {string} [folder]
 * @returns {Record<`Node ${typeof NODES[number]}` | "Deno" | "Bun", string | undefined>}
 */
export function engineFiles(folder = modules) {
  const { platform, arch } = process;
  const cpu = arch === "arm64" ? "aarch64" : arch;
  const system = platform === "win32" ? "windows" : platform;
  const libc = platform === "linux" ? "-glibc" : "";
  const nodes = NODES.map((major) => [`Node ${major}`, first(join(folder, `node${major}/bin/node${exe}`))]);
  return {
    .../** @type {Record<`Node ${typeof NODES[number]}`, string | undefined>} */ (Object.fromEntries(nodes)),
    Deno: first(join(folder, `@deno/${platform}-${arch}${libc}/deno${exe}`)),
    Bun: first(
      join(folder, `@oven/bun-${system}-${cpu}/bin/bun${exe}`),
      join(folder, `@oven/bun-${system}-${cpu}-musl/bin/bun${exe}`),
    ),
  };
}

/** Where Debian's packages for cross-compiling have the libraries of 64-bit Arm. */
const ARM_LIBRARIES = "/usr/aarch64-linux-gnu";

/**
 * Node for Linux on 64-bit Arm, on a machine that is none.
 *
 * @param {typeof ARM_NODES[number]} major
 * @returns {string[] | undefined} the command, or undefined where something is missing
 */
export function armNode(major) {
  const node = first(join(modules, `../arm64/node_modules/node${major}/bin/node`));
  const qemu = first("/usr/bin/qemu-aarch64-static");
  if (!node || !qemu || !existsSync(join(ARM_LIBRARIES, "lib/libstdc++.so.6"))) return undefined;
  return [qemu, "-L", ARM_LIBRARIES, node];
}

export const howToGetArm =
  "apt-get install qemu-user-static libc6-arm64-cross libstdc++6-arm64-cross libatomic1-arm64-cross && node scripts/engines.mjs";
