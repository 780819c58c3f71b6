/** What is trained on, and a place to drop one's own. */
import { batch, signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { partsText } from "../text/digitsParts.ts";
import { fill } from "../text/words.ts";
import { Button, Panel } from "../ui/controls.tsx";
import { announce, notify, notifyError } from "../ui/messages.tsx";
import { clear, drawing, shape } from "./drawing.ts";
import { openFile } from "./modelPanel.tsx";
import { samples } from "./samples.ts";
import { renew, reset } from "./session.ts";
import { NUMBER_RATE, RATES, rateOf } from "./settings.ts";
import { added, classNames, imageShape, own, type Source, undecided } from "./source.ts";
import { busy, settings, subject } from "./state.ts";
import { paintRow, Tiles } from "./tiles.tsx";

const said = partsText.data;
const reading = signal(false);

export function DataPanel() {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const size = shape.value;
  const source = subject.value?.source ?? own.value;
  const over = useDrops();
  const take = (input: HTMLInputElement): void => {
    const chosen = [...(input.files ?? [])];
    input.value = "";
    if (chosen.length > 0) void receive(chosen);
  };
  return (
    <Panel
      title={said.title}
      help="digitData"
      class={over ? "data over" : "data"}
      actions={
        own.value && (
          <Button kind="quiet" disabled={busy.value} onClick={() => void backToDigits()}>
            {said.back}
          </Button>
        )
      }
    >
      <div class="stack">
        <p class="small muted" data-testid="source">
          {source ? sourceSays(source) : said.none}
        </p>
        {size && (
          <Tiles
            key={`${size.width} ${size.height} ${samples.value.length}`}
            class="samples"
            count={samples.value.length}
            width={size.width}
            height={size.height}
            label={said.pictures}
            paint={(tile, pixels) => {
              const row = samples.value[tile];
              if (row) paintRow(row, size.channels, pixels);
            }}
          />
        )}
        <div class="drop">
          <p>{reading.value ? said.reading : said.drop}</p>
          <div class="row">
            <Button onClick={() => files.current?.click()} disabled={busy.value || reading.value}>
              {said.files}
            </Button>
            <Button onClick={() => folder.current?.click()} disabled={busy.value || reading.value}>
              {said.folder}
            </Button>
          </div>
          <input
            ref={files}
            type="file"
            multiple
            hidden
            aria-label={said.own}
            data-testid="files"
            onChange={(event) => take(event.currentTarget)}
          />
          <input
            ref={(element) => {
              folder.current = element;
              element?.setAttribute("webkitdirectory", "");
            }}
            type="file"
            hidden
            aria-label={said.ownFolder}
            data-testid="folder"
            onChange={(event) => take(event.currentTarget)}
          />
        </div>
      </div>
    </Panel>
  );
}

const count = (n: number): string => n.toLocaleString("en");

function sourceSays({ kind, name, train, test }: Source): string {
  const words = { name, classes: classesSay(train) };
  if (kind === "absent") return fill(said.absent, words);
  const tested = test ? fill(said.test, { n: count(test.length) }) : "";
  return fill(said.rows, { ...words, n: count(train.length), test: tested });
}

function classesSay(train: Parameters<typeof classNames>[0]): string {
  const names = classNames(train);
  if (names.length === 0) return "";
  const shown = names.slice(0, 12).join(", ");
  return fill(said.classes, { n: String(names.length), names: `${shown}${names.length > 12 ? ", …" : ""}` });
}

type Reader = typeof import("./own.ts");
let reader: Reader | undefined;

async function load(): Promise<Reader> {
  reader ??= await import("./own.ts");
  return reader;
}

async function receive(files: DataTransfer | readonly File[]): Promise<void> {
  reading.value = true;
  try {
    // what was dropped can be asked for within its event alone: nothing may be awaited before, so the reader was loaded when the
    // first file came over the page; of a hand that was faster the files are kept, but not what is in folders
    const list = files instanceof DataTransfer ? [...files.files] : files;
    const found = await (reader ? reader.read(files) : load().then(({ read }) => read(list)));
    if (found.kind === "network") await openFile(found.file);
    else if (found.kind === "picture") {
      drawing.value = found;
      announce(fill(said.onPad, { name: found.name }));
    } else if (found.kind === "undecided") {
      undecided.value = found.table;
      throw found.why;
    } else await adoptData(found.source);
  } catch (error) {
    notifyError(error);
  } finally {
    reading.value = false;
  }
}

export async function adoptData(source: Source): Promise<void> {
  await reset();
  batch(() => {
    own.value = source;
    undecided.value = undefined;
    added.value = [];
    // convolutions are for pictures
    const now = settings.peek();
    const pictures = now.network === "cnn" || (now.network === "built" && /[cp]/.test(now.layers));
    if (!imageShape(source.train.inputShape) && pictures)
      settings.value = { ...now, network: "mlp", rate: rateOf({ ...now, network: "mlp" }) };
    const chosen = settings.peek();
    if (source.train.target.kind === "values" && chosen.network === "mlp" && chosen.rate === RATES.mlp)
      settings.value = { ...chosen, rate: NUMBER_RATE };
    clear();
    renew();
  });
  announce(fill(said.read, { name: source.name, n: count(source.train.length) }));
}

async function backToDigits(): Promise<void> {
  await reset();
  own.value = undecided.value = undefined;
  added.value = [];
  renew();
}

/** Files anywhere on the page are meant for it; without this the browser would leave the page and show them. */
function useDrops(): boolean {
  const over = useSignal(false);
  useEffect(() => {
    const carries = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const onOver = (event: DragEvent): void => {
      if (!carries(event)) return;
      event.preventDefault();
      void load();
      over.value = true;
    };
    const onLeave = (event: DragEvent): void => {
      if (event.relatedTarget === null) over.value = false;
    };
    const onDrop = (event: DragEvent): void => {
      if (!carries(event)) return;
      event.preventDefault();
      over.value = false;
      if (busy.peek()) notify("info", said.busy);
      else if (event.dataTransfer) void receive(event.dataTransfer);
    };
    addEventListener("dragover", onOver);
    addEventListener("dragleave", onLeave);
    addEventListener("drop", onDrop);
    return () => {
      removeEventListener("dragover", onOver);
      removeEventListener("dragleave", onLeave);
      removeEventListener("drop", onDrop);
    };
  }, []);
  return over.value;
}
