/** Light, dark, or as the system has it. */
import { pageText } from "../text/page.ts";
import { fill } from "../text/words.ts";
import { chooseTheme, dark, theme } from "../ui/theme.ts";

const NEXT = { system: "light", light: "dark", dark: "system" } as const;
const said = pageText.theme;

export function ThemeButton() {
  const now = theme.value;
  const words = { now: said.says[now], next: said.says[NEXT[now]] };
  return (
    <button
      type="button"
      class="theme"
      onClick={() => chooseTheme(NEXT[now])}
      aria-label={fill(said.button, words)}
      title={fill(said.title, words)}
    >
      <svg viewBox="0 0 24 24" aria-hidden="true">
        {now === "system" ? (
          <path d="M12 3a9 9 0 1 0 0 18ZM12 3a9 9 0 0 1 0 18" fill="none" />
        ) : dark.value ? (
          <path d="M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z" />
        ) : (
          <path d="M12 8a4 4 0 1 0 0 8a4 4 0 0 0 0-8ZM12 2v2M12 20v2M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M2 12h2M20 12h2M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4" />
        )}
      </svg>
    </button>
  );
}
