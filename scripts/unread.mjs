// Leaves out what a bundle writes into objects and never reads: nabla/predict has the layers and activations of training, but asks only
// a few things of them. No minifier does that, as it cannot know which names others read.
import { parse } from "acorn";

/** Whether an expression has no effect, so that it can be left out. */
function pure(/** @type {any} */ node) {
  switch (node.type) {
    case "Literal":
    case "Identifier":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      return true;
    case "UnaryExpression":
      return node.operator !== "delete" && pure(node.argument);
    case "MemberExpression":
      return !node.computed && pure(node.object);
    case "ObjectExpression":
      return node.properties.every((property) => property.type === "Property" && pure(property.value));
    default:
      return false;
  }
}

/** Calls `look` with every node; where it returns true, those inside are left out. */
function walk(/** @type {any} */ node, look) {
  if (Array.isArray(node)) for (const one of node) walk(one, look);
  else if (typeof node?.type === "string" && !look(node))
    for (const inner of Object.values(node)) walk(inner, look);
}

const parsed = (code) => parse(code, { ecmaVersion: "latest", sourceType: "module" });

/** What literals of a program are. */
function textsOf(code) {
  const texts = new Set();
  walk(parsed(code), (node) => {
    if (node.type === "Literal") texts.add(node.value);
  });
  return texts;
}

/**
 * @param {string} code a bundle that is a file of its own
 * @param {Iterable<string>} stay names that something outside reads, or that are read by names in values
 * @returns {string} the code without methods, and properties of object literals, whose names it never reads
 */
export function withoutUnread(code, stay) {
  // a text may be a key, also one that goes with what it stands in
  const names = [...stay, ...textsOf(code)];
  // what goes may have been all that read another
  for (let before; before !== code; ) {
    before = code;
    code = once(code, names);
  }
  return code;
}

function once(code, stay) {
  const read = new Set(stay);
  const unread = [];
  const program = parsed(code);
  walk(program, (node) => {
    if (node.type === "MemberExpression" && !node.computed) read.add(node.property.name);
    if (node.type === "ObjectPattern") for (const { key } of node.properties) read.add(key?.name);
  });
  walk(program, (node) => {
    if (node.type === "MethodDefinition") {
      const { computed, key, kind, start, end } = node;
      if (computed || kind === "constructor" || key.type === "PrivateIdentifier" || read.has(key.name))
        return;
      unread.push({ start, end });
    }
    if (node.type !== "ObjectExpression") return;
    const { properties } = node;
    properties.forEach(({ type, computed, key, value, start, end }, i) => {
      if (type !== "Property" || computed || read.has(key.name ?? key.value) || !pure(value)) return;
      unread.push({
        start,
        end: properties[i + 1]?.start ?? end + /^(\s*,)?/.exec(code.slice(end))[0].length,
      });
    });
  });
  unread.sort((a, b) => b.start - a.start);
  let after = code.length;
  for (const { start, end } of unread) {
    // one that lies in another goes with it
    if (end > after) continue;
    code = code.slice(0, start) + code.slice(end);
    after = start;
  }
  return code;
}
