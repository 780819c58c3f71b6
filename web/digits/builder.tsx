/** A network from layers one chooses. Loaded when it is asked for. */
import { partsText } from "../text/digitsParts.ts";
import { fill } from "../text/words.ts";
import { Button, Choice, Group, NumberField } from "../ui/controls.tsx";
import { announce } from "../ui/messages.tsx";
import { change } from "./session.ts";
import {
  ACTIVATIONS,
  type BuiltLayer,
  layersOf,
  layersText,
  MOST,
  OPTIMIZERS,
  type Settings,
} from "./settings.ts";
import { settings } from "./state.ts";

const said = partsText.builder;

type Built = Pick<Settings, "layers" | "activation" | "optimizer">;
/** The first is that of Nielsen's book and of the lectures. */
const PRESETS: readonly (Built & { readonly name: string; readonly pictures?: true })[] = [
  { name: "784-30-10", layers: "30", activation: "sigmoid", optimizer: "sgd" },
  { name: "784-100-10", layers: "100", activation: "relu", optimizer: "nesterov" },
  { name: said.lenet, layers: "c6-p-c16-p-120-84", activation: "tanh", optimizer: "adam", pictures: true },
];

export function Builder({ pictures, disabled }: { pictures: boolean; disabled: boolean }) {
  const { layers: text, activation, optimizer } = settings.value;
  const layers = layersOf(text) ?? [];
  const set = (next: readonly BuiltLayer[]): void => change({ layers: layersText(next) });
  const put = (layer: BuiltLayer): void => {
    const flat = layers.findIndex(({ kind }) => kind === "dense");
    // what looks at pictures stands before what does not
    const at = layer.kind === "dense" || flat < 0 ? layers.length : flat;
    set([...layers.slice(0, at), layer, ...layers.slice(at)]);
  };
  const sized = (layer: Exclude<BuiltLayer, { kind: "pooling" }>, i: number) => (
    <NumberField
      help={layer.kind === "dense" ? "denseUnits" : "filters"}
      label={fill(layer.kind === "dense" ? said.dense : said.convolution, { at: String(i + 1) })}
      value={layer.size}
      min={1}
      max={MOST[layer.kind]}
      whole
      disabled={disabled}
      onChange={(size) => set(layers.map((each, j) => (j === i ? { ...layer, size } : each)))}
    />
  );
  return (
    <Group label={said.layers} help="builder" class="builder stack" disabled={disabled}>
      <div class="row">
        <span class="small muted">{said.presets}</span>
        {PRESETS.filter((each) => pictures || !each.pictures).map(({ name, pictures: _, ...preset }) => (
          <Button key={name} kind="quiet" onClick={() => change(preset)}>
            {name}
          </Button>
        ))}
      </div>
      {layers.length === 0 && <p class="small muted">{said.none}</p>}
      <ol class="built">
        {layers.map((layer, i) => (
          <li key={`${i} ${layer.kind}`}>
            {layer.kind === "pooling" ? (
              <span class="small">{fill(said.pooling, { at: String(i + 1) })}</span>
            ) : (
              sized(layer, i)
            )}
            <Button
              kind="quiet"
              label={fill(said.remove, { at: String(i + 1) })}
              onClick={() => {
                set(layers.filter((_, j) => j !== i));
                announce(
                  fill(said.removed, { layers: layersText(layers.filter((_, j) => j !== i)) || said.none }),
                );
              }}
            >
              ×
            </Button>
          </li>
        ))}
      </ol>
      <div class="row">
        <Button disabled={layers.length >= MOST.layers} onClick={() => put({ kind: "dense", size: 30 })}>
          {said.add.dense}
        </Button>
        {pictures && (
          <>
            <Button
              disabled={layers.length >= MOST.layers}
              onClick={() => put({ kind: "convolution", size: 8 })}
            >
              {said.add.convolution}
            </Button>
            <Button disabled={layers.length >= MOST.layers} onClick={() => put({ kind: "pooling" })}>
              {said.add.pooling}
            </Button>
          </>
        )}
      </div>
      <div class="pair">
        <Choice
          label={said.activation}
          help="activation"
          value={activation}
          options={ACTIVATIONS.map((value) => ({ value, label: said.activations[value] }))}
          onChange={(value) => change({ activation: value })}
        />
        <Choice
          label={said.optimizer}
          help="optimizer"
          value={optimizer}
          options={OPTIMIZERS.map((value) => ({ value, label: said.optimizers[value] }))}
          onChange={(value) => change({ optimizer: value })}
        />
      </div>
    </Group>
  );
}
