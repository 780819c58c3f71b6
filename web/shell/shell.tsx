/** Name, navigation and theme around whichever view is shown. */
import { effect, signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { pageText } from "../text/page.ts";
import { fill } from "../text/words.ts";
import { announcement, Messages, notify } from "../ui/messages.tsx";
import { keepForOffline } from "./offline.ts";
import { route, VIEWS, type ViewName } from "./router.ts";
import { ThemeButton } from "./themeButton.tsx";

const said = pageText;
const TITLES: Record<ViewName, string> = said.views;
const LOADERS: Record<ViewName, () => Promise<{ View: ComponentType }>> = {
  course: () => withStyle(import("../course/index.tsx"), COURSE_STYLE),
  digits: () => import("../digits/index.tsx"),
  plane: () => withStyle(import("../plane/index.tsx"), PLANE_STYLE),
};

/** Names of files next to this one; set by the build. */
declare const COURSE_STYLE: string;
declare const PLANE_STYLE: string;

const withStyle = <T,>(loading: Promise<T>, file: string): Promise<T> =>
  Promise.all([loading, styled(file)]).then(([loaded]) => loaded);

/** Loads the looks of a view that is not the first. */
const styled = (file: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.onload = resolve;
    link.onerror = () => reject(file);
    link.href = new URL(file, import.meta.url).href;
    document.head.append(link);
  });

const views = signal<Partial<Record<ViewName, ComponentType>>>({});
effect(() => {
  const { view } = route.value;
  document.title = fill(said.titled, { view: TITLES[view], name: said.name });
  if (views.peek()[view]) return;
  LOADERS[view]().then(
    ({ View }) => {
      views.value = { ...views.peek(), [view]: View };
    },
    (error: unknown) => {
      notify("error", fill(said.failed, { why: String(error) }));
    },
  );
});
keepForOffline();

export function Shell() {
  const { view } = route.value;
  const View = views.value[view];
  return (
    <div class="shell">
      <button type="button" class="button skip" onClick={() => document.getElementById("main")?.focus()}>
        {said.skip}
      </button>
      <header class="bar">
        <a class="brand" href="#/" aria-label={said.name}>
          <svg viewBox="0 0 32 28" aria-hidden="true">
            <path d="M0 0H32L16 28ZM8.8 5.2 16 17.6 23.2 5.2Z" fill-rule="evenodd" />
          </svg>
          {said.brand}
        </a>
        <nav aria-label={said.nav}>
          {VIEWS.map((name) => (
            <a key={name} href={`#/${name}`} aria-current={name === view ? "page" : undefined}>
              {TITLES[name]}
            </a>
          ))}
        </nav>
        <div class="end">
          <ThemeButton />
        </div>
      </header>
      <main id="main" tabIndex={-1} class="stack">
        <Messages />
        {View ? <View key={view} /> : <p class="muted">{said.loading}</p>}
      </main>
      <footer class="foot">
        {said.private} <a href="licences.txt">{said.licences}</a>
      </footer>
      <div class="unseen" role="status" aria-live="polite">
        {announcement.value}
      </div>
    </div>
  );
}
