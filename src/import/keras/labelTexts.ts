/** Names of classes in files beside a model, as Teachable Machine and ml5 write them. */
import { attempt, fromUtf8 } from "../../host.ts";
import { field, isObject } from "./json.ts";

const texts = (value: unknown): string[] | undefined =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "string")
    ? value
    : undefined;

/** Teachable Machine: { labels } or { wordLabels }. ml5: { outputs: { label: { uniqueValues, legend } } }. */
export function fromJson(bytes: Uint8Array): string[] | undefined {
  const json = attempt(() => JSON.parse(fromUtf8(bytes)) as unknown);
  const plain = texts(field(json, "labels")) ?? texts(field(json, "wordLabels"));
  if (plain) return plain;
  const outputs = field(json, "outputs");
  if (!isObject(outputs)) return undefined;
  for (const key of Object.keys(outputs)) {
    const column = field(outputs, key);
    const legend = field(column, "legend");
    // legend: which place is 1 for each label
    if (isObject(legend)) {
      const labels: string[] = [];
      for (const label of Object.keys(legend)) {
        const place = (field(legend, label) as unknown[] | undefined)?.indexOf?.(1) ?? -1;
        if (place >= 0 && place < Object.keys(legend).length) labels[place] = label;
      }
      if (labels.length > 0 && Array.from(labels).every((label) => label !== undefined)) return labels;
    }
    const unique = texts(field(column, "uniqueValues"));
    if (unique) return unique;
  }
  return undefined;
}

/** Teachable Machine's labels.txt for Keras: a line "0 cat" for each. */
export function fromText(bytes: Uint8Array): string[] | undefined {
  const text = attempt(() => fromUtf8(bytes));
  const lines = text?.split(/\r?\n/).filter((line) => line.trim() !== "") ?? [];
  const labels = lines.map((line, i) =>
    line.startsWith(`${i} `) ? line.slice(`${i} `.length).trim() : undefined,
  );
  return lines.length > 0 && labels.every((label) => label !== undefined) ? (labels as string[]) : undefined;
}
