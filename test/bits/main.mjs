// `npm run test:bits`: the set of networks and the trainings of the command line in every engine, on every build of the core, in shares,
// under every compiler, and on Arm; compared with the committed bits. Prints a line for each host and the counts.
//
//   npm run test:bits                      everything that is there; what is missing is named
//   npm run test:bits -- --only Arm,Bun    hosts whose names contain one of these
//   npm run test:bits -- --update          writes what this Node has as the bits to be expected, then compares the others
//   npm run test:bits -- --hashes          also prints the hash of each network
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { NAMES } from "./bits.mjs";
import { compared, readExpected, writeExpected } from "./expected.mjs";
import { HOSTS } from "./hosts.mjs";
import { TRAININGS } from "./trainings.mjs";

const { values } = parseArgs({
  options: {
    update: { type: "boolean", default: false },
    hashes: { type: "boolean", default: false },
    only: { type: "string" },
  },
});
const only = values.only?.split(",");
const hosts = HOSTS.filter(({ name }) => only?.some((part) => name.includes(part)) ?? true);
const required = process.env.NABLA_REQUIRE_ALL === "1";
const folder = mkdtempSync(join(tmpdir(), "nabla-bits-"));

let failed = 0;
let missing = 0;
let trainings = 0;
/** @param {string} name @param {string} version @param {string} networks @param {string} lines @param {string} seconds */
const row = (name, version, networks, lines, seconds) =>
  console.log(
    `${name.padEnd(38)} ${version.slice(0, 26).padEnd(26)} ${networks.padStart(8)} ${lines.padStart(9)} ${seconds.padStart(6)}`,
  );

try {
  if (values.update) {
    const answers = await HOSTS[0].ask(NAMES, TRAININGS, folder);
    const wrong = Object.entries(answers.networks).filter(([, bits]) => "error" in bits);
    for (const [name, bits] of wrong) console.error(`${name}: ${/** @type {any} */ (bits).error}`);
    if (wrong.length > 0) process.exit(1);
    writeExpected(answers);
  }
  const expected = readExpected();
  if (values.hashes)
    for (const [name, bits] of Object.entries(expected.networks))
      console.log(`${name.padEnd(38)} ${JSON.stringify(bits)}`);
  row("host", "version", "networks", "trainings", "s");
  for (const { name, missing: how, trains, ask } of hosts) {
    if (how) {
      missing++;
      row(name, `missing: ${how}`, "–", "–", "");
      continue;
    }
    const begun = Date.now();
    const lines = trains ? TRAININGS : [];
    try {
      const answers = await ask(NAMES, lines, folder);
      const result = compared(answers, expected, NAMES, lines);
      const { networks, trainings: trained } = result;
      trainings += networks.equal + trained.equal;
      row(
        name,
        answers.version,
        `${networks.equal}/${networks.of}`,
        trains ? `${trained.equal}/${trained.of}` : "",
        ((Date.now() - begun) / 1000).toFixed(1),
      );
      for (const line of [...networks.differences, ...trained.differences]) {
        failed++;
        console.log(`  ${line}`);
      }
    } catch (error) {
      failed++;
      row(name, "failed", `0/${NAMES.length}`, "", "");
      console.log(`  ${error}`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const ran = hosts.length - missing;
console.log(
  `${trainings} trainings of ${NAMES.length} networks and ${TRAININGS.length} command lines in ${ran} of ${hosts.length} hosts have the same bits; ${failed} differ; ${missing} hosts are missing`,
);
if (failed > 0 || (required && missing > 0)) process.exitCode = 1;
