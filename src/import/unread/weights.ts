/** Files of weights without a network: what they hold, and what to do with them. */
import { zipEntries } from "../../data/numpy/zip.ts";
import { attempt } from "../../host.ts";
import { ascii, isZip } from "../pytorch/recognise.ts";

/** Names of the files in a zip archive. @returns undefined where their list, at its end, is missing or damaged */
export const namesIn = (bytes: Uint8Array): string[] | undefined =>
  attempt(() => zipEntries(bytes, "").map(({ name }) => name));

/** Names of tensors that a safetensors file lists. */
function tensorsIn(bytes: Uint8Array): string[] {
  if (bytes[8] !== 0x7b) return [];
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getUint32(0, true);
  const header = attempt(() => JSON.parse(ascii(bytes, 8, Math.min(length, 1_000_000)))) as
    | object
    | undefined;
  return Object.keys(header ?? {}).filter((name) => name !== "__metadata__");
}

const TRANSFORMER =
  /self_attn|attention\.self|\battn\b|c_attn|encoder\.layers?\.|decoder\.(?:layers|block)|transformer\.h\./;

const ONTO =
  'build the model, then loadWeights(model, file, { from: "pytorch" }) (nabla import FILE --onto MODEL)';

/** What to say of a file of weights. */
export function weightsAlone(bytes: Uint8Array): string {
  const names = isZip(bytes) ? (namesIn(bytes) ?? []) : [];
  if (names.some((name) => /(?:^|\/)constants\.pkl$|(?:^|\/)code\//.test(name)))
    return 'this is a program of TorchScript (torch.jit.save()); load it in Python with torch.jit.load(), then write it with torch.onnx.export(model, example, "model.onnx"), or save its weights: torch.save(model.state_dict(), "weights.pt")';
  if (isZip(bytes) && names.length === 0)
    return "this is a file of PyTorch that is cut off: the list of what is in it, at its end, is missing; is the download complete?";
  if (isZip(bytes) && /torch\.nn\.modules|c__main__/.test(ascii(bytes, 0, 65_536)))
    return 'this is a whole module that torch.save() wrote, which is a program; write it with torch.onnx.export(model, example, "model.onnx"), or save its weights: torch.save(model.state_dict(), "weights.pt")';
  const tensors = tensorsIn(bytes);
  const held = tensors.length > 0 ? ` (${tensors.length} tensors, ${tensors[0]} the first)` : "";
  const whole = tensors.some((name) => TRANSFORMER.test(name))
    ? "a transformer's, whose layers the file does not say; export it whole: optimum-cli export onnx --model NAME FOLDER, or torch.onnx.export()"
    : "or export it with torch.onnx.export()";
  return tensors.some((name) => TRANSFORMER.test(name))
    ? `these are weights without a model${held}, ${whole}; or ${ONTO}`
    : `these are weights of PyTorch without a model${held}; ${ONTO}; ${whole}`;
}
