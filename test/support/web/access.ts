/** What everybody has to be able to use: rules of WCAG 2 AA as far as a program can tell, what a finger hits, and what is explained. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect } from "vitest";
import type { Page } from "../browsers/index.mjs";
import { still, textsOf } from "./seen.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Axe {
  run(
    context: Document,
    options: object,
  ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
}

/** What axe finds on the page as it is now. */
export async function violations(page: Page): Promise<string[]> {
  // a colour on its way to another is none of the page's
  await still(page);
  await page.raw.evaluate(axe);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: Axe };
    const found = await axe.run(document, { resultTypes: ["violations"] });
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
  });
}

/** Controls of the view that are less than 44 px wide or high; of those within a label, the label. */
export async function smallTargets(page: Page): Promise<string[]> {
  await still(page);
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("main :is(button, select, input, summary)")].flatMap(
      (each) => {
        const { width, height } = (each.closest("label") ?? each).getBoundingClientRect();
        if (width === 0 || (width >= 43.9 && height >= 43.9)) return [];
        return [`${each.outerHTML.slice(0, 120)} ${width.toFixed(1)} × ${height.toFixed(1)}`];
      },
    ),
  );
}

/**
 * Panels and controls without "What is this?": panels, fields, switches and buttons that stay pressed. Those of a group that belongs
 * together, like the columns of a table, have that of the group. What stays pressed and shows itself is explained by its panel.
 */
export const unexplained = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const asks = (each: Element | null | undefined): boolean =>
      [...(each?.children ?? [])].some((child) => child.matches(".what"));
    const controls = [
      ...document.querySelectorAll("main :is(.field, .switch, .button[aria-pressed], input, select)"),
    ]
      // parts of a field; fields that only show
      .filter((each) => !each.parentElement?.closest(".field, .switch"))
      .filter((each) => each.matches(":is(input, select, button)") || each.querySelector("input, select"))
      // the sets are what their panel is about
      .filter((each) => !each.closest(".sets"))
      .filter((each) => each.getClientRects().length > 0);
    const without = controls.filter((each) => {
      for (let at: Element | null = each; at && !at.matches(".panel, main"); at = at.parentElement)
        if (asks(at)) return false;
      return true;
    });
    const panels = [...document.querySelectorAll("main .panel:not(a)")].filter(
      (each) => ![...each.querySelectorAll(".what")].some((ask) => !ask.closest(".helped")),
    );
    return [...panels, ...without].map(
      (each) => each.querySelector("h2, label, legend")?.textContent ?? each.outerHTML.slice(0, 160),
    );
  });

/** Opens every "What is this?", and looks that each says two sentences and the standard term. */
export async function explainAll(page: Page): Promise<void> {
  const count = await page.evaluate(() => {
    const all = [...document.querySelectorAll<HTMLElement>(".what[aria-expanded=false]")];
    for (const each of all) each.click();
    return document.querySelectorAll(".what").length;
  });
  await expect
    .poll(async () => (await textsOf(page, ".help:not([hidden])")).filter(Boolean).length)
    .toBe(count);
  for (const text of await textsOf(page, ".help")) {
    expect(text).toMatch(/\..*\..*Standard term: ./);
    expect(text).not.toMatch(/[{}]/);
  }
  // those with a plot have it
  await page.waitFor(() =>
    [...document.querySelectorAll(".help")].every((each) => !each.querySelector(".awaited")),
  );
}
