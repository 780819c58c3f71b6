/** A link for a class, its QR code, the page inside another, and pictures. Loaded when it is asked for. */
import { useState } from "preact/hooks";
import { encode } from "uqr";
import { planeText } from "../../text/plane.ts";
import { fill } from "../../text/words.ts";
import { Button, Group, Switch } from "../../ui/controls.tsx";
import { announce, notify } from "../../ui/messages.tsx";
import { linkWith } from "../page/link.ts";
import { state } from "../page/signals.ts";
import { PARTS, type PartName } from "../state/choices.ts";
import { Pictures } from "./pictures.tsx";

const said = planeText.share;

/** A QR code holds so many bytes at its lowest level of correction. */
const MOST = 2953;

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    announce(said.copied);
    notify("info", said.copied);
  } catch {
    notify("info", said.forbidden);
  }
}

export function Share() {
  const now = state.value;
  const [hide, setHide] = useState<readonly PartName[]>(now.hide);
  const [lock, setLock] = useState(now.lock);
  const link = linkWith({ hide, lock });
  return (
    <>
      <Group label={said.parts} help="hiding" class="parts">
        {PARTS.map(({ value, label }) => (
          <Switch
            key={value}
            label={label}
            checked={!hide.includes(value)}
            onChange={(on) =>
              setHide(
                PARTS.map((each) => each.value).filter((each) =>
                  each === value ? !on : hide.includes(each),
                ),
              )
            }
          />
        ))}
      </Group>
      <Switch label={said.lock} help="lock" checked={lock} onChange={setLock} />
      <Line name={said.link} text={link} button={said.copyLink} />
      <Line name={said.frame} text={frameOf(link)} button={said.copyFrame} />
      <p class="small muted">{said.frameHint}</p>
      <Code link={link} />
      <Pictures />
    </>
  );
}

/** What another page embeds. */
const frameOf = (link: string): string =>
  `<iframe src="${link.replaceAll("&", "&amp;")}" width="1024" height="768" title="${said.frameTitle}"></iframe>`;

function Line({ name, text, button }: { name: string; text: string; button: string }) {
  return (
    <div class="field line">
      <label>
        {name}
        <input type="text" readOnly value={text} onFocus={(event) => event.currentTarget.select()} />
      </label>
      <Button onClick={() => void copy(text)}>{button}</Button>
    </div>
  );
}

function Code({ link }: { link: string }) {
  const size = new TextEncoder().encode(link).length;
  if (size > MOST) return <p class="small">{fill(said.long, { size: String(size), most: String(MOST) })}</p>;
  const { data } = encode(link, { border: 4 });
  return (
    <figure class="qr">
      <svg
        viewBox={`0 0 ${data.length} ${data.length}`}
        role="img"
        aria-label={said.code}
        shape-rendering="crispEdges"
      >
        <rect class="light" width={data.length} height={data.length} />
        <path class="dark" d={pathOf(data)} />
      </svg>
      <figcaption class="small muted">{said.codeHint}</figcaption>
    </figure>
  );
}

/** One piece for each run of dark modules in a row. */
function pathOf(rows: readonly (readonly boolean[])[]): string {
  let path = "";
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; x++) {
      if (!row[x]) continue;
      const from = x;
      while (row[x + 1]) x++;
      path += `M${from} ${y}h${x + 1 - from}v1h${from - x - 1}z`;
    }
  });
  return path;
}
