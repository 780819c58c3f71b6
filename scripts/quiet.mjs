// Leaves the texts of errors out of a program that another one stands in for as soon as it throws: it has to know that something is wrong,
// not what. What makes texts is then used by nobody, and bundlers leave it out as well.
import { parse } from "acorn";
import { transform } from "esbuild";

const ERROR = "NablaError";
/** Functions that only make texts for errors. */
const TEXTS = new Set([
  "within",
  "show",
  "showShape",
  "didYouMean",
  "messageOf",
  "calledAt",
  "notThis",
  "refusal",
]);
/** Properties and variables that hold such texts. */
const WORDS = new Set(["expected", "bounds"]);

/** Calls `visit` with every node. */
function walk(/** @type {any} */ node, visit) {
  visit(node);
  for (const part of Object.values(node))
    if (Array.isArray(part)) for (const one of part) one?.type && walk(one, visit);
    else if (part?.type) walk(part, visit);
}

const isError = (node) => node?.type === "NewExpression" && node.callee.name === ERROR;

/** Whether a function does nothing but throw or make an error, so that what it is called with is of no use. */
function onlyFails(node) {
  if (!/Function/.test(node?.type ?? "")) return false;
  if (isError(node.body)) return true;
  const { body } = node.body;
  return body?.length === 1 && body[0].type === "ThrowStatement" && isError(body[0].argument);
}

/**
 * @param {string} source TypeScript
 * @returns {Promise<string>} JavaScript that throws where it did, but does not say why
 */
export async function withoutTexts(source) {
  const { code } = await transform(source, { loader: "ts", target: "es2022" });
  const tree = parse(code, { ecmaVersion: "latest", sourceType: "module" });
  const failing = new Set();
  walk(tree, (node) => {
    if (node.type === "FunctionDeclaration" && onlyFails(node)) failing.add(node.id.name);
    if (node.type === "VariableDeclarator" && onlyFails(node.init)) failing.add(node.id.name);
  });
  /** @type {[from: number, to: number, text: string][]} */
  const cuts = [];
  walk(tree, (node) => {
    const { type, start, end } = node;
    if (isError(node)) cuts.push([start, end, "0"]);
    if (type === "CallExpression" && failing.has(node.callee.name)) cuts.push([node.callee.end, end, "()"]);
    if (type === "CallExpression" && TEXTS.has(node.callee.name)) cuts.push([start, end, '""']);
    if (type === "MemberExpression" && !node.computed && WORDS.has(node.property.name))
      cuts.push([start, end, '""']);
    if (type === "VariableDeclarator" && WORDS.has(node.id.name) && node.init)
      cuts.push([node.init.start, node.init.end, '""']);
    if (type === "ObjectExpression" || type === "ObjectPattern")
      for (const property of node.properties)
        if (WORDS.has(property.key?.name)) {
          const comma = /^\s*,/.exec(code.slice(property.end));
          cuts.push([property.start, property.end + (comma?.[0].length ?? 0), ""]);
        }
  });
  // the last first, so that places stay; of one that lies in another only the outer one
  cuts.sort(([a, b], [c, d]) => c - a || b - d);
  const inside = ([from, to]) => cuts.some(([a, b]) => a <= from && b >= to && (a < from || b > to));
  let rest = code;
  for (const cut of cuts.filter((one) => !inside(one)))
    rest = rest.slice(0, cut[0]) + cut[2] + rest.slice(cut[1]);
  return rest;
}
