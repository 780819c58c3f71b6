/** One chapter: its text, its figure and its task. */
import { effect } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { replaceQuery, route } from "../shell/router.ts";
import { text } from "../text/index.ts";
import { lessons } from "../text/lessons.ts";
import { fill } from "../text/words.ts";
import { Button, Panel } from "../ui/controls.tsx";
import { announce, notify, notifyError } from "../ui/messages.tsx";
import { Desk } from "./chapter.ts";
import { type AnyChapter, type ChapterName, NAMES } from "./chapters/index.ts";
import { done, markDone } from "./progress.ts";
import { Prose, Words } from "./prose.tsx";

export function Lesson({ name, made }: { name: ChapterName; made: AnyChapter }) {
  const desk = useMemo(
    () =>
      new Desk(made, {
        changed: replaceQuery,
        solved() {
          if (!done.peek().includes(name)) announce(text.course.solved);
          markDone(name);
        },
        failed: notifyError,
      }),
    [name],
  );
  useEffect(
    () =>
      effect(() => {
        const { view, path, query } = route.value;
        // the address as this chapter wrote it is known already
        if (view !== "course" || path !== name || query === desk.query) return;
        for (const notice of desk.open(query).slice(0, 4)) notify("info", notice);
      }),
    [desk],
  );
  useEffect(() => {
    // what was clicked is gone: the keyboard goes on at the top of the chapter
    scrollTo(0, 0);
    if (document.activeElement === document.body) document.getElementById("main")?.focus();
  }, [name]);
  const said = lessons[name];
  const at = NAMES.indexOf(name);
  const now = desk.result.value;
  const words = now && made.words ? made.words(now.value, now.state) : {};
  const solved = now !== undefined && made.solved(now.value, now.state);
  const { Figure } = made;
  return (
    <article class="lesson">
      <header>
        <p class="small muted">
          <a href="#/course">{text.course.all}</a> · {at + 1} / {NAMES.length}
        </p>
        <h1>{text.chapters[name].title}</h1>
      </header>
      <div class="prose">{now && <Prose body={said.body} words={words} />}</div>
      <Panel
        title={now ? fill(said.figure, words) : text.chapters[name].title}
        class="figure"
        help={`${name}Figure`}
      >
        {now ? (
          <div class="stack" aria-busy={desk.busy.value}>
            <Figure state={desk.state.value} result={now.value} set={desk.set} />
          </div>
        ) : (
          <p class="muted">{text.course.computing}</p>
        )}
      </Panel>
      <Panel
        title={text.course.task}
        help="exercise"
        class={`task ${solved ? "solved" : ""}`}
        actions={
          <Button kind="quiet" onClick={() => desk.set(made.solution)}>
            {text.course.show}
          </Button>
        }
      >
        <p>
          <Words text={said.task} words={words} />
        </p>
        <p class="verdict" aria-live="polite">
          {solved ? (
            <>
              <span class="good">✓ {text.course.right}</span> <Words text={said.done} words={words} />
            </>
          ) : (
            <span class="muted">{text.course.open}</span>
          )}
        </p>
      </Panel>
      <nav class="row turn" aria-label={text.course.neighbours}>
        {at > 0 && (
          <a class="button" href={`#/course/${NAMES[at - 1]}`}>
            ← {text.chapters[NAMES[at - 1]].title}
          </a>
        )}
        {at + 1 < NAMES.length && (
          <a class={`button ${solved ? "primary" : ""}`} href={`#/course/${NAMES[at + 1]}`}>
            {text.chapters[NAMES[at + 1]].title} →
          </a>
        )}
      </nav>
    </article>
  );
}
