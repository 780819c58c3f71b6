/** Which theme is on, and its colours for what is painted on canvases. */
import { computed, effect, signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";
const KEY = "nabla-theme";

/** localStorage throws where storage is blocked. */
function stored(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : "system";
  } catch {
    return "system";
  }
}

export const theme = signal<Theme>(stored());

const media = matchMedia("(prefers-color-scheme: dark)");
const systemDark = signal(media.matches);
media.addEventListener("change", () => {
  systemDark.value = media.matches;
});

export const dark = computed(() => (theme.value === "system" ? systemDark.value : theme.value === "dark"));

effect(() => {
  const root = document.documentElement;
  if (theme.value === "system") delete root.dataset.theme;
  else root.dataset.theme = theme.value;
});

export function chooseTheme(next: Theme): void {
  theme.value = next;
  try {
    if (next === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
  } catch {
    // it holds until the page is closed
  }
}

const reduced = matchMedia("(prefers-reduced-motion: reduce)");
export const reducedMotion = signal(reduced.matches);
reduced.addEventListener("change", () => {
  reducedMotion.value = reduced.matches;
});

export type ColourName =
  | "ground"
  | "surface"
  | "raised"
  | "ink"
  | "muted"
  | "line"
  | "edge"
  | "accent"
  | "wrong"
  | "right"
  | "paper"
  | "minus"
  | "zero"
  | "plus"
  | `class-${0 | 1 | 2 | 3 | 4 | 5}`;
export type Rgb = readonly [red: number, green: number, blue: number];

/** A token of tokens.css as numbers from 0 to 255. Reads `dark`, so components and effects that call it run again when the theme changes. */
export function rgb(name: ColourName): Rgb {
  const key = `${name}${dark.value}`;
  let found = known.get(key);
  if (!found) known.set(key, (found = resolve(name)));
  return found;
}

/** The same as a CSS colour, with an alpha from 0 to 1. */
export function colour(name: ColourName, alpha = 1): string {
  const [r, g, b] = rgb(name);
  return `rgb(${r} ${g} ${b} / ${alpha})`;
}

const known = new Map<string, Rgb>();

/** Only the engine knows what a custom property with light-dark() comes to. */
function resolve(name: ColourName): Rgb {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  // contrast themes replace colours of texts; pictures keep theirs, or they would have one colour
  probe.style.forcedColorAdjust = "none";
  document.documentElement.append(probe);
  const [r = 0, g = 0, b = 0] = (getComputedStyle(probe).color.match(/[\d.]+/g) ?? []).map(Number);
  probe.remove();
  return [r, g, b];
}
