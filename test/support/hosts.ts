/**
 * What docs/hosts.md says of hosts is what tests see: a row of test/support/hosts.json says it, the test that runs the host calls
 * sawHost(), and scripts/hosts.mjs makes the page's tables of the rows.
 */
import { readFileSync } from "node:fs";
import { afterAll, expect } from "vitest";
import { SETS } from "../../scripts/tools.mjs";

/** Where a training ran: "this thread" is that of the page, process or service worker that called fit(). */
export type Where = "worker" | "thread" | "this thread";

export interface HostRow {
  /** Its name in the table, and in the test. */
  readonly host: string;
  readonly kind: "bundler" | "framework" | "page" | "program" | "simulated";
  /** `set/tool` of scripts/tools.mjs, or the version in words. */
  readonly version?: string;
  /** Browser or engine → where the training to the known bits ran. */
  readonly seen: Readonly<Record<string, Where>>;
  /** Markdown, two lines at most: what a program adds to what its tools make by themselves. */
  readonly add: string;
  /** The file of the test. */
  readonly test: string;
}

const file = new URL("hosts.json", import.meta.url);
export const hostRows = (): readonly HostRow[] => JSON.parse(readFileSync(file, "utf8"));

/** What this file's tests saw: "host in place". */
const seen = new Set<string>();
const key = (host: string, place: string): string => `${host} in ${place}`;

/** What the rows of a test file say and its tests did not see. */
export const unseen = (file: string, saw: ReadonlySet<string>, rows = hostRows()): string[] =>
  rows
    .filter(({ test }) => file.replaceAll("\\", "/").endsWith(test))
    .flatMap((row) => Object.keys(row.seen).map((place) => key(row.host, place)))
    .filter((each) => !saw.has(each));

// where nothing may be left out, a row says nothing that no test has seen
afterAll(() => {
  if (process.env.NABLA_REQUIRE_ALL !== "1") return;
  expect(unseen(expect.getState().testPath ?? "", seen), "said in hosts.json, and not seen").toEqual([]);
});

/**
 * The version of `set/tool` as the table has it is that of the tool which is installed.
 *
 * @throws where it is another
 */
export function checkVersion(version: string | undefined): void {
  const [, set, tool] = /^([a-z]+)\/(.+)$/.exec(version ?? "") ?? [];
  if (!set || !tool) return;
  const wanted = (SETS as Record<string, Record<string, string>>)[set]?.[tool]?.replace("^", "");
  const file = new URL(`../../build/tools/${set}/node_modules/${tool}/package.json`, import.meta.url);
  const { version: found } = JSON.parse(readFileSync(file, "utf8"));
  // 0.28.2 of 0.28: what stands before the first digit that may differ
  const fixed = wanted?.startsWith("0.") ? wanted.split(".").slice(0, 2).join(".") : wanted;
  if (fixed && (found === fixed || found.startsWith(`${fixed}.`))) return;
  throw new Error(
    `${version}: the table says ${wanted}, installed is ${found}; node scripts/tools.mjs ${set}`,
  );
}

/**
 * A training has reached the known bits in this host. Call it after that is checked.
 *
 * @param place the browser or engine, as the row has it: "Chromium", "Firefox", "Node", …
 * @throws where the row says anything else, or there is none
 */
export function sawHost(host: string, place: string, where: Where): void {
  const row = hostRows().find((each) => each.host === host);
  const said = row?.seen[place];
  if (said === where) {
    checkVersion(row?.version);
    seen.add(key(host, place));
    return;
  }
  throw new Error(
    `${host} in ${place}: it trained in "${where}", test/support/hosts.json says ${said ? `"${said}"` : "nothing"}; correct its row and run node scripts/hosts.mjs`,
  );
}
