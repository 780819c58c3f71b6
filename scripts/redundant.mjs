// What compiling leaves in shipped files though it says nothing: fields of classes that are declared and then set by the constructor's
// own statements, and documentation that a constant has made false. Minifiers keep both; gzip does not make them free.
import { parse } from "acorn";

/** Properties of objects that are read for documentation alone, where false is as good as nothing. */
const DOCUMENTATION = new Set(["doc", "jsonSchema"]);

/** @param {string} text a module @returns the same without what is redundant */
export function withoutRedundant(text) {
  const tree = parse(text, { ecmaVersion: "latest", sourceType: "module", allowHashBang: true });
  /** @type {[from: number, to: number][]} */
  const cuts = [];
  const accessors = new Set();
  const saysNothing = new Set();
  walk(tree, (node) => {
    if (node.type === "MethodDefinition" && node.kind !== "method" && node.key.name)
      accessors.add(node.key.name);
  });
  walk(tree, (node) => {
    if (node.type === "ClassBody") {
      const set = setBy(node.body.find(({ kind }) => kind === "constructor"));
      for (const { type, value, static: ofClass, computed, key, start, end } of node.body)
        if (
          type === "PropertyDefinition" &&
          !value &&
          !ofClass &&
          !computed &&
          key.type === "Identifier" &&
          set.has(key.name)
        )
          if (!accessors.has(key.name))
            // setting is not declaring where a class before has it as an accessor
            cuts.push([start, end]);
    }
    // options that were documentation alone: who takes them has none by default
    const last = node.type === "CallExpression" && node.arguments.at(-1);
    const before = last && node.arguments.at(-2);
    if (before && last.type === "ObjectExpression" && last.properties.length > 0)
      if (last.properties.every(isFalseDocumentation)) {
        saysNothing.add(last);
        const comma = text.lastIndexOf(",", last.start);
        cuts.push([comma, last.end]);
      }
    if (node.type === "ObjectExpression" && !saysNothing.has(node))
      for (const property of node.properties)
        if (isFalseDocumentation(property)) {
          const { start, end } = property;
          const comma = /^\s*,/.exec(text.slice(end));
          cuts.push([start, end + (comma ? comma[0].length : 0)]);
        }
  });
  let rest = text;
  for (const [from, to] of cuts.sort(([a], [b]) => b - a)) rest = rest.slice(0, from) + rest.slice(to);
  return rest;
}

const isFalseDocumentation = ({ type, computed, key, value }) =>
  type === "Property" &&
  !computed &&
  DOCUMENTATION.has(key.name) &&
  (value.value === false ||
    (value.type === "UnaryExpression" && value.operator === "!" && value.argument.value === 1));

/** Names that a constructor sets in statements of its own, so in any case. */
function setBy(making) {
  const names = new Set();
  for (const { type, expression } of making?.value.body.body ?? []) {
    if (type !== "ExpressionStatement" || expression.type !== "AssignmentExpression") continue;
    const { left } = expression;
    if (
      left.type === "MemberExpression" &&
      left.property.type === "Identifier" &&
      !left.computed &&
      left.object.type === "ThisExpression"
    )
      names.add(left.property.name);
  }
  return names;
}

function walk(node, visit) {
  visit(node);
  for (const part of Object.values(node))
    if (Array.isArray(part)) part.forEach((each) => each?.type && walk(each, visit));
    else if (part?.type) walk(part, visit);
}
