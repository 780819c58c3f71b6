/** nabla play */

import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";
import { NablaError } from "../../errors.ts";
import type { Terminal } from "../../report/terminal.ts";
import { type Files, folderFiles, serveFiles, zipFiles } from "./serve.ts";

export interface PlayFlags {
  port?: number;
  open: boolean;
  /** Origins of sites that may show the page within theirs. */
  embed?: string[];
  json?: boolean;
}

const PORT = 8347;

/** The built page, next to the bundle of the command line or in build/ as seen from here: a folder, or a zip where nabla is installed. */
function page(): Files {
  const places = ["./", "../", "../../../build/"].map((place) =>
    fileURLToPath(new URL(place, import.meta.url)),
  );
  for (const place of places) {
    if (existsSync(`${place}web/index.html`)) return folderFiles(`${place}web/`);
    const packed = `${place}web.zip.br`;
    if (existsSync(packed)) return zipFiles(brotliDecompressSync(readFileSync(packed)));
  }
  throw new NablaError(
    `play: the playground is not built: there is neither web/index.html nor web.zip.br in ${places[0]}; run npm run build, or install nabla again`,
  );
}

/** A site as a policy names it: nothing else may come into that line. */
function originOf(site: string): string {
  const url = URL.canParse(site) ? new URL(site) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.origin === site.replace(/\/$/, "")) return url.origin;
  throw new NablaError(
    `play: --embed: expected the address of a site, like https://school.example, got ${JSON.stringify(site)}`,
  );
}

/** Serves the playground until it is interrupted. */
export async function playCommand(flags: PlayFlags, terminal: Terminal): Promise<number> {
  const { bold, dim, print, printJson } = terminal;
  const { port } = flags;
  const sites = (flags.embed ?? []).map(originOf);
  const server = await serveFiles(page(), port ?? PORT, port !== undefined, sites);
  if (flags.json) printJson({ url: server.url });
  else {
    print(`The playground is at ${bold(server.url)}`);
    print(dim("It is served to this machine only. Ctrl-C ends it."));
  }
  if (flags.open && terminal.isTTY) openPage(server.url);
  const { signal, release } = terminal.interruptible();
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
  release();
  await server.close();
  return 0;
}

/** Opens the system's browser; without one, the address is on the screen. */
function openPage(url: string): void {
  const [command, ...args] =
    process.platform === "darwin"
      ? ["open", url]
      : process.platform === "win32"
        ? ["cmd", "/c", "start", "", url]
        : ["xdg-open", url];
  const child = spawn(command!, args, { stdio: "ignore", detached: true });
  child.on("error", () => {});
  child.unref();
}
