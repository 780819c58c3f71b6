/** The built playground, served from this process: each call is another port, so another site to a browser. */
import { fileURLToPath } from "node:url";
import { folderFiles, serveFiles } from "../../../src/cli/commands/serve.ts";

const files = folderFiles(fileURLToPath(new URL("../../../build/web/", import.meta.url)));

export async function servePlayground(): Promise<{ url: string; stop(): Promise<void> }> {
  const { url, close } = await serveFiles(files, 0, true);
  return { url, stop: close };
}
