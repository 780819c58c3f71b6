// Installs what test/mpi/abi.system.test.ts needs into build/tools/mpi-abi: an MPI library with the standard's own binary interface (MPI 5), and
// its launcher. Debian 12 has none; PyPI's package mpich does. `node scripts/mpiAbi.mjs`, with python3 and pip (Debian: python3-pip).
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const VERSION = "5.0.2";
const folder = join(dirname(fileURLToPath(import.meta.url)), "../build/tools/mpi-abi");
const data = join(folder, `mpich-${VERSION}.data/data`);

/** @param {string[]} words */
const python = (...words) => spawnSync("python3", ["-m", ...words], { cwd: folder, stdio: ["ignore", 2, 2] });

if (!existsSync(join(data, "lib/libmpi_abi.so.1"))) {
  mkdirSync(folder, { recursive: true });
  python("pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "-d", ".", `mpich==${VERSION}`);
  const wheel = readdirSync(folder).find((name) => name.startsWith(`mpich-${VERSION}-`));
  if (wheel) python("zipfile", "-e", wheel, ".");
  if (!existsSync(data)) {
    console.error(`mpiAbi: mpich ${VERSION} of PyPI could not be installed`);
    process.exit(1);
  }
  for (const name of readdirSync(join(data, "bin"))) chmodSync(join(data, "bin", name), 0o755);
}
