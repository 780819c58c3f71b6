/** One number of a map, worked out: patch × kernel + bias → ReLU, what pooling chose, logits → softmax. Loaded when it is opened. */
import { useState } from "preact/hooks";
import { num } from "../microscope/steps.ts";
import { partsText } from "../text/digitsParts.ts";
import { fill } from "../text/words.ts";
import { Choice, Group, NumberField } from "../ui/controls.tsx";
import { input } from "./drawing.ts";
import { layerMaps, spot } from "./insight.ts";
import { type Made, made, type Patch, softmaxOf } from "./inspect.ts";
import { classNames } from "./source.ts";
import { reader, subject } from "./state.ts";

const said = partsText.inspector;
const inner = (v: number): string => (v < 0 ? `(${num(v)})` : num(v));

export function Inspector() {
  const maps = layerMaps.value;
  const model = reader.value;
  const row = input.value;
  const now = spot.value;
  const own = maps[now.layer];
  if (!model || !row || row.problem || !own) return <p class="small muted">{said.empty}</p>;
  const at = {
    layer: now.layer,
    map: Math.min(now.map, own.of - 1),
    row: Math.min(now.row, own.height - 1),
    column: Math.min(now.column, own.width - 1),
  };
  const found = made(model, maps, row.values, at);
  const last = maps.at(-1)!;
  const set = (patch: Partial<typeof at>): void => {
    spot.value = { ...at, ...patch };
  };
  const field = (label: string, key: "map" | "row" | "column", most: number) => (
    <NumberField
      label={label}
      value={at[key] + 1}
      min={1}
      max={most}
      whole
      onChange={(v) => set({ [key]: v - 1 })}
    />
  );
  return (
    <section class="stack inspector" aria-label={said.title}>
      <Group label={said.spot} help="spot" class="spots">
        <Choice
          label={said.layer}
          value={String(at.layer)}
          options={maps.map(({ title }, i) => ({ value: String(i), label: title }))}
          onChange={(value) => set({ layer: Number(value) })}
        />
        {field(own.width === 1 ? said.unit : said.map, "map", own.of)}
        {own.height > 1 && field(said.row, "row", own.height)}
        {own.width > 1 && field(said.column, "column", own.width)}
      </Group>
      {found ? <Worked key={at.layer} found={found} /> : <p class="small">{said.otherwise}</p>}
      {last.width === 1 && <Softmax last={last.values} />}
    </section>
  );
}

function Worked({ found }: { found: Made }) {
  const [channel, choose] = useState(0);
  if (found.kind === "pooling") {
    const { window, side, chosen, mean } = found;
    return (
      <>
        <Squares squares={[[said.window, window]]} side={side} {...(!mean && { chosen })} />
        <p class="equation figures">
          {mean ? said.mean : said.most}({window.map(num).join(", ")}) = {num(found.a)}
        </p>
      </>
    );
  }
  const { activation } = found;
  const end = activation !== "linear" && (
    <p class="equation figures">
      {activation === "relu" ? fill(said.relu, { z: num(found.z) }) : `${activation}(${num(found.z)})`} ={" "}
      {num(found.a)}
    </p>
  );
  if (found.kind === "dense")
    return (
      <>
        <p class="equation figures">
          z = {found.terms.map(({ x, w }) => `${inner(x)} · ${inner(w)}`).join(" + ")} + {inner(found.rest)}{" "}
          {said.rest} + {inner(found.bias)} = {num(found.z)}
        </p>
        {end}
      </>
    );
  const { channels, bias } = found;
  const shown = channels[Math.min(channel, channels.length - 1)]!;
  return (
    <>
      {channels.length > 1 && (
        <Choice
          label={said.channel}
          help="channel"
          value={String(channel)}
          options={channels.map(({ sum }, i) => ({
            value: String(i),
            label: fill(said.channelIs, { map: String(i + 1), sum: num(sum) }),
          }))}
          onChange={(value) => choose(Number(value))}
        />
      )}
      <Product {...shown} />
      <p class="equation figures">
        z = {channels.map(({ sum }) => inner(sum)).join(" + ")} + {inner(bias)} = {num(found.z)}
      </p>
      {end}
    </>
  );
}

/** Patch, kernel and their products, each a square of numbers. */
function Product({ side, patch, kernel, sum }: Patch) {
  const squares = [
    [said.patch, patch],
    [said.kernel, kernel],
    [fill(said.products, { sum: num(sum) }), patch.map((v, i) => v * kernel[i]!)],
  ] as const;
  return <Squares squares={squares} side={side} />;
}

function Squares(props: {
  squares: readonly (readonly [name: string, values: readonly number[]])[];
  side: number;
  /** The number that was taken. */
  chosen?: number;
}) {
  const { squares, side, chosen } = props;
  return (
    <div class="squares">
      {squares.map(([name, values]) => (
        <table class="figures small" key={name}>
          <caption class="muted">{name}</caption>
          <tbody>
            {Array.from({ length: side }, (_, r) => (
              <tr key={r}>
                {values.slice(r * side, (r + 1) * side).map((v, c) => {
                  const taken = r * side + c === chosen;
                  const value = num(Number(v.toFixed(2)));
                  return (
                    <td key={c} class={taken ? "taken" : ""}>
                      {taken ? <b>{value}</b> : value}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      ))}
    </div>
  );
}

function Softmax({ last }: { last: Float32Array }) {
  const model = reader.value!;
  const train = subject.value?.source.train;
  const labels = train ? classNames(train) : [];
  return (
    <table class="figures small logits">
      <caption class="muted">{said.softmax}</caption>
      <thead>
        <tr>
          <th scope="col">{said.class}</th>
          <th scope="col">z</th>
          <th scope="col">
            e<sup>z</sup>
          </th>
          <th scope="col">{said.share}</th>
        </tr>
      </thead>
      <tbody>
        {softmaxOf(model, last).map(({ z, power, share }, j) => (
          <tr key={j}>
            <th scope="row">{labels[j] ?? j}</th>
            <td>{num(z)}</td>
            <td>{num(power)}</td>
            <td>{(100 * share).toFixed(1)} %</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
