/** A formula: ^{…} is raised, _{…} lowered. What is inside may have such parts itself. */
import type { ComponentChildren } from "preact";

function parts(text: string): ComponentChildren[] {
  const found: ComponentChildren[] = [];
  let plain = "";
  const flush = (): void => {
    if (plain) found.push(plain);
    plain = "";
  };
  for (let at = 0; at < text.length; at++) {
    const mark = text[at];
    if ((mark !== "^" && mark !== "_") || text[at + 1] !== "{") {
      plain += mark;
      continue;
    }
    flush();
    const start = at + 2;
    let depth = 1;
    for (at = start; at < text.length && depth > 0; at++)
      depth += text[at] === "{" ? 1 : text[at] === "}" ? -1 : 0;
    at--;
    const inside = parts(text.slice(start, at));
    found.push(mark === "^" ? <sup>{inside}</sup> : <sub>{inside}</sub>);
  }
  flush();
  return found;
}

export const Formula = ({ text }: { text: string }) => <span class="formula">{parts(text)}</span>;
