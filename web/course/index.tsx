/** The Course view: where a visit begins, and its chapters. */
import { effect, signal } from "@preact/signals";
import { route } from "../shell/router.ts";
import { text } from "../text/index.ts";
import { fill } from "../text/words.ts";
import { Button } from "../ui/controls.tsx";
import { notifyError } from "../ui/messages.tsx";
import { type AnyChapter, type ChapterName, loadChapter, NAMES } from "./chapters/index.ts";
import { done, forget } from "./progress.ts";

type Lesson = typeof import("./lesson.tsx").Lesson;
const loaded = signal<Partial<Record<ChapterName, { made: AnyChapter; Lesson: Lesson }>>>({});
const nameOf = (path: string): ChapterName | undefined => NAMES.find((name) => name === path);
const load = (name: ChapterName) => Promise.all([loadChapter(name), import("./lesson.tsx")]);
/** Who points at a link is about to follow it. What fails is said where it is followed. */
const prepare = (name: ChapterName): void => void load(name).catch(() => {});

effect(() => {
  const { view, path } = route.value;
  const name = view === "course" ? nameOf(path) : undefined;
  if (!name) return;
  document.title = fill(text.course.titled, { title: text.chapters[name].title });
  if (loaded.peek()[name]) return;
  load(name).then(
    ([made, { Lesson }]) => {
      loaded.value = { ...loaded.peek(), [name]: { made, Lesson } };
    },
    (error: unknown) => notifyError(error, text.course.missing),
  );
});

export function View() {
  const name = nameOf(route.value.path);
  if (!name) return <Home />;
  const found = loaded.value[name];
  if (!found) return <p class="muted">{text.course.computing}</p>;
  const { made, Lesson } = found;
  return <Lesson key={name} name={name} made={made} />;
}

/** What one can begin with at once: a title, a sentence, an address. */
const STARTERS = [
  ["spiral", "#/plane?data=spirals&noise=10&net=8,8&rate=0.01"],
  ["digit", "#/digits?network=mlp&samples=6000&epochs=3&rate=0.02"],
  ["race", "#/plane?data=circles&race=1"],
] as const;

function Home() {
  const said = text.course;
  const known = done.value;
  return (
    <div class="home">
      <section class="hero">
        <h1>{said.headline}</h1>
        <p>{said.lead}</p>
        <div class="starters">
          {STARTERS.map(([name, address]) => (
            <a key={name} class="panel" href={address}>
              <strong>{said.starters[name].title}</strong>
              <span>{said.starters[name].lead}</span>
            </a>
          ))}
        </div>
      </section>
      <section aria-labelledby="chapters">
        <header class="row">
          <h2 id="chapters">{said.chapters}</h2>
          <span class="small muted">
            {known.length} / {NAMES.length}
          </span>
          {known.length > 0 && (
            <Button kind="quiet" onClick={forget}>
              {said.forget}
            </Button>
          )}
        </header>
        <ol class="chapters">
          {NAMES.map((name) => (
            <li key={name}>
              <a
                class="panel"
                href={`#/course/${name}`}
                onPointerEnter={() => prepare(name)}
                onFocus={() => prepare(name)}
              >
                <strong>{text.chapters[name].title}</strong>
                <span>{text.chapters[name].lead}</span>
                {known.includes(name) && (
                  <span class="good">
                    <span aria-hidden="true">✓</span> {said.doneMark}
                  </span>
                )}
              </a>
            </li>
          ))}
        </ol>
      </section>
    </div>
  );
}
