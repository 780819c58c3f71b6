/** Everything the page says is in web/text: no other file of it has prose, so a translation is other files there and nothing else. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Node, parse } from "acorn";
import { transformSync } from "esbuild";
import { expect, test } from "vitest";

const WEB = "web";

/** Properties and attributes that nobody reads. */
const UNSEEN =
  /^(class|className|key|id|for|href|d|style|type|kind|role|font|colour|paint|viewBox|transform|aria-(describedby|controls|labelledby)|data-.*)$/;
/** What is always read, also where it is one small word. */
const SEEN = /^(label|title|aria-label|children|legend|caption|placeholder|alt|text|hint|xName|yName)$/;
/** Calls whose texts are names: of elements, keys, colours, files. */
const NAMING =
  /^(querySelector|querySelectorAll|closest|matches|matchMedia|includes|startsWith|addEventListener|colour|rgb|save|stop)$/;
/** Programs, markup, formulas and names of classes that stand in expressions. */
const OTHER: Readonly<Record<string, RegExp>> = {
  "course/chapters/convolution.tsx": /^pool = max/,
  "microscope/drawing.tsx": /^large long$/,
  "plane/share/share.tsx": /^<iframe /,
  "ui/controls.tsx": /^field helped$/,
  // programs that a visitor takes away
  "plane/take/codeOf.ts": /./,
  // the command that gives the same bits
  "digits/settings.ts": /^(nabla train digits|--[a-z-]+ .*)$/,
};

type Parent = { readonly under: string; readonly node: Node | undefined };

/** Texts in a program that someone is meant to read: with two words, one with a capital letter, or any where only texts stand. */
function proseIn(program: string): string[] {
  const found: string[] = [];
  const look = (text: string, { under, node }: Parent): void => {
    if (UNSEEN.test(under) || (node?.type === "BinaryExpression" && under === "")) return;
    const word = /\p{L}{3}/u.test(text);
    const two = /\p{L}{2,}[^\p{L}]*\s[^\p{L}]*\p{L}{2,}/u.test(text);
    const ends = /\p{L}{3,}[.,:;]?\s\{\}|\{\}\s\p{L}{3,}/u.test(text);
    if (
      two ||
      ends ||
      /^\s*\p{Lu}\p{Ll}{2}/u.test(text) ||
      (SEEN.test(under) && word && !/^[\w-]*\{\}[\w-]*$/.test(text))
    )
      found.push(text.replaceAll(/\s+/g, " ").trim());
  };
  const walk = (node: Node, parent: Parent): void => {
    const each = node as Node & Record<string, unknown>;
    if (/^(Import|ExportAll)/.test(node.type) || node.type === "SwitchCase") {
      const { consequent } = each as { consequent?: Node[] };
      for (const child of consequent ?? []) walk(child, { under: "", node });
      return;
    }
    let { under } = parent;
    if (node.type === "Property") {
      const key = each.key as { name?: string; value?: string };
      under = String(key.name ?? key.value);
      walk(each.value as Node, { under, node });
      return;
    }
    if (node.type === "CallExpression" || node.type === "NewExpression") {
      const callee = each.callee as { name?: string; property?: { name?: string } };
      const called = callee.name ?? callee.property?.name ?? "";
      walk(each.callee as Node, { under: "", node });
      for (const child of each.arguments as Node[])
        walk(child, { under: NAMING.test(called) ? "key" : "", node });
      return;
    }
    if (node.type === "Literal" && typeof each.value === "string") look(each.value, parent);
    if (node.type === "TemplateLiteral") {
      const quasis = each.quasis as { value: { cooked: string } }[];
      look(quasis.map(({ value }) => value.cooked).join("{}"), parent);
    }
    const comparison = node.type === "BinaryExpression" && /^[=!]==?$|^in$/.test(String(each.operator));
    for (const child of Object.values(each).flat())
      if (child && typeof (child as Node).type === "string")
        walk(child as Node, { under: comparison ? "key" : under, node });
  };
  walk(parse(program, { ecmaVersion: 2024, sourceType: "module" }), { under: "", node: undefined });
  return found;
}

const programOf = (source: string, file: string): string =>
  transformSync(source, { loader: file.endsWith("x") ? "tsx" : "ts", jsx: "automatic" }).code;

test("what is prose, and what is not", () => {
  const view = `
    export const View = ({ n, shown }: { n: number; shown: boolean }) => (
      <p class="small muted" title={shown ? "hint" : undefined} aria-label={\`\${n} rows\`} id={\`\${n}-help\`}>
        Loading… <b>{shown && "in words"}</b> {document.querySelector(".a .b")?.textContent === "as it is"} x² {n}
      </p>
    );
    notify("info", "Nothing there");
    const message = \`Epoch \${n}\`;`;
  expect(proseIn(programOf(view, "view.tsx"))).toEqual([
    "hint",
    "{} rows",
    "Loading…",
    "in words",
    "Nothing there",
    "Epoch {}",
  ]);
});

const files = readdirSync(WEB, { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => /\.tsx?$/.test(file) && !file.startsWith("text/"));

test("all prose of the page is in its catalogues", () => {
  expect(files.length).toBeGreaterThan(100);
  const prose = files.flatMap((file) =>
    proseIn(programOf(readFileSync(join(WEB, file), "utf8"), file))
      .filter((text) => !OTHER[file]?.test(text))
      .map((text) => `web/${file}: ${text}`),
  );
  expect(prose).toEqual([]);
});
