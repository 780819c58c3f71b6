// Installs what test/mpi/abi.system.test.ts needs into build/tools/mpi-abi: an MPI library with the standard's own binary interface (MPI 5), and
// its launcher. Debian 12 has none; PyPI's package mpich does. `node scripts/mpiAbi.mjs`, with python3 and pip (Debian: python3-pip).
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const VERSION = "5.0.2";
const folder = join(dirname(fileURLToPath(import.meta.url)), "../build/tools/mpi-abi");
const data = join(folder, `mpich-${VERSION}.data/data`);
/** Is there where PyPI gave no answer: the test says so then, and does not run. */
const unanswered = join(folder, "unanswered.txt");

/** @param {string} why */
const fail = (why) => {
  console.error(`mpiAbi: ${why}`);
  process.exit(1);
};
/** @param {string[]} words @returns whether it went well */
const python = (...words) =>
  spawnSync("python3", ["-m", ...words], { cwd: folder, stdio: ["ignore", 2, 2] }).status === 0;

if (!existsSync(join(data, "lib/libmpi_abi.so.1"))) {
  mkdirSync(folder, { recursive: true });
  if (!python("pip", "--version"))
    fail("python3 with pip is missing: on Debian, apt-get install python3-pip");
  // the package is a file for each system, without dependencies
  if (
    !python("pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "-d", ".", `mpich==${VERSION}`)
  ) {
    const why = `mpich ${VERSION} was not downloaded from PyPI; it needs the network, and Linux on x86-64 or Arm`;
    writeFileSync(unanswered, `${why}\n`);
    fail(`${why}: see above`);
  }
  rmSync(unanswered, { force: true });
  const wheel = readdirSync(folder).find((name) => name.startsWith(`mpich-${VERSION}-`));
  if (!wheel || !python("zipfile", "-e", wheel, ".") || !existsSync(join(data, "lib/libmpi_abi.so.1")))
    fail(
      `${wheel ?? folder} has no ${join(data, "lib/libmpi_abi.so.1")}: it is not for this system, or broken`,
    );
  for (const name of readdirSync(join(data, "bin"))) chmodSync(join(data, "bin", name), 0o755);
}
