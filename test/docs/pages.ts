/** The project's pages of prose: their files, and the code they show. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));

/** Every *.md file of the project, as paths from its root. */
export function pagesUnder(folder = ""): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return /^(node_modules|build|\..*)$/.test(entry.name) ? [] : pagesUnder(path);
    return entry.name.endsWith(".md") ? [path] : [];
  });
}

export const read = (page: string): string => readFileSync(join(root, page), "utf8");

/** The blocks of code of one language on a page. */
export const blocks = (page: string, language: string): string[] =>
  [...read(page).matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(
    ([, text]) => text!,
  );

/** The `nabla …` command lines on a page, without their comments. */
export const commands = (page: string): string[] =>
  blocks(page, "sh")
    .flatMap((text) => text.split("\n"))
    .map((line) => line.replace(/ +# .*/, ""))
    .filter((line) => line.startsWith("nabla "));
