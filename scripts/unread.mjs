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

/**
 * @param {string} code a bundle that is a file of its own
 * @param {Iterable<string>} stay names that something outside reads, or that are read by names in values
 * @returns {string} the code without properties of object literals whose names it never reads
 */
export function withoutUnread(code, stay) {
  const read = new Set(stay);
  const unread = [];
  /** Calls `look` with every node; where it returns true, those inside are left out. */
  const walk = (node, look) => {
    if (Array.isArray(node)) for (const one of node) walk(one, look);
    else if (typeof node?.type === "string" && !look(node))
      for (const inner of Object.values(node)) walk(inner, look);
  };
  const program = parse(code, { ecmaVersion: "latest", sourceType: "module" });
  walk(program, (node) => {
    if (node.type === "MemberExpression" && !node.computed) read.add(node.property.name);
    // a text may be a key
    if (node.type === "Literal") read.add(node.value);
    if (node.type === "ObjectPattern") for (const { key } of node.properties) read.add(key?.name);
  });
  walk(program, (node) => {
    if (node.type !== "ObjectExpression") return;
    const { properties } = node;
    properties.forEach(({ type, computed, key, value, start, end }, i) => {
      if (type !== "Property" || computed || read.has(key.name ?? key.value) || !pure(value)) return;
      unread.push({ start, end: properties[i + 1]?.start ?? end });
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
