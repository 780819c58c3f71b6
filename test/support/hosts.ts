/**
 * What docs/hosts.md says of hosts is what tests see: a row of test/support/hosts.json says it, the test that runs the host calls
 * sawHost(), and scripts/hosts.mjs makes the page's tables of the rows.
 */
import { readFileSync } from "node:fs";

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

/**
 * A training has reached the known bits in this host. Call it after that is checked.
 *
 * @param place the browser or engine, as the row has it: "Chromium", "Firefox", "Node", …
 * @throws where the row says anything else, or there is none
 */
export function sawHost(host: string, place: string, where: Where): void {
  const row = hostRows().find((each) => each.host === host);
  const said = row?.seen[place];
  if (said === where) return;
  throw new Error(
    `${host} in ${place}: it trained in "${where}", test/support/hosts.json says ${said ? `"${said}"` : "nothing"}; correct its row and run node scripts/hosts.mjs`,
  );
}
