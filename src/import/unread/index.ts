/** What a file is that nobody reads, by what is in it, and what its owner can do. */
import { ascii, isZip } from "../pytorch/recognise.ts";
import { namesIn, weightsAlone } from "./weights.ts";

export { weightsAlone };

/** By how bytes begin; a text may have spaces before it. @returns what the file is */
type Kind = readonly [
  begins: string | RegExp,
  is: string | ((bytes: Uint8Array, head: string) => string | undefined),
];

/** How many bytes say what a file is. */
const HEAD = 4096;

const TF2ONNX = "python -m tf2onnx.convert";
const SAVED_MODEL = `a SavedModel of TensorFlow, a graph of its operations; save it as model.save("model.keras") where it comes from Keras, or convert the folder: ${TF2ONNX} --saved-model FOLDER --output model.onnx`;
const SCRIPT =
  'a program of TorchScript; load it in Python (torch.jit.load()) and write it with torch.onnx.export(model, example, "model.onnx"), or save its weights: torch.save(model.state_dict(), "weights.pt")';

/** In archives, by the names of files in them. */
const IN_ZIPS: readonly (readonly [name: RegExp, is: string])[] = [
  [/(?:^|\/)saved_model\.pb(?:txt)?$/m, `a zip of ${SAVED_MODEL}`],
  [/(?:^|\/)(?:constants\.pkl|code\/.*)$/m, SCRIPT],
  [
    /(?:^|\/)(?:archive_format|serialized_exported_program\.json)$/m,
    'a program that torch.export.save() wrote; write it with torch.onnx.export(torch.export.load("FILE"), (), "model.onnx")',
  ],
  [/\.mlmodel$/m, "a model of Core ML; export the model it was made of as ONNX"],
  [
    /\.npy$/m,
    "arrays of NumPy (.npz), which say nothing of a network; save the model whole (model.keras, ONNX)",
  ],
  [/\.onnx$/m, "a zip with an ONNX file in it; unpack it, and open the .onnx with the files beside it"],
  [/\.safetensors$/m, "a zip with weights in it (.safetensors); unpack it"],
  [/(?:^|\/)\[Content_Types\]\.xml$/m, "a document of an office program"],
];

function zipped(bytes: Uint8Array): string {
  const names = namesIn(bytes);
  if (!names)
    return "a zip archive that is cut off: the list of what is in it, at its end, is missing; is the download complete?";
  const all = names.join("\n");
  const known = IN_ZIPS.find(([name]) => name.test(all));
  if (known) return known[1];
  const few = names.slice(0, 3).join(", ");
  return `a zip archive in which there is no model that is known; in it are ${few || "no files"}${names.length > 3 ? ` and ${names.length - 3} more` : ""}`;
}

function pickled(_bytes: Uint8Array, head: string): string {
  if (/\bsklearn\b/.test(head))
    return "a pickle of scikit-learn, which is a program; write the model as ONNX (skl2onnx.to_onnx())";
  return 'a pickle of Python, which is a program; of PyTorch save a state dict (torch.save(model.state_dict(), "weights.pt")), of scikit-learn write ONNX (skl2onnx.to_onnx())';
}

/** Messages of which the first field is a version, and the second a message or a text. */
function versioned(bytes: Uint8Array): string | undefined {
  // behind the length of the second, which has 7 bits a byte
  const at = bytes.findIndex((byte, i) => i > 2 && byte < 0x80) + 1;
  if (bytes[2] !== 0x12 || bytes[at] !== 0x0a) return undefined;
  return bytes[1] === 1 ? SAVED_MODEL : "a model of Core ML; export the model it was made of as ONNX";
}

function graph(_bytes: Uint8Array, head: string): string | undefined {
  return /Placeholder|VariableV2|Const/.test(head)
    ? `a graph of TensorFlow's operations; convert it: ${TF2ONNX} --graphdef FILE --inputs … --outputs … --output model.onnx`
    : undefined;
}

function json(_bytes: Uint8Array, head: string): string {
  if (/"(?:architectures|model_type|transformers_version)"/.test(head))
    return "the settings of a model of Hugging Face, without its weights; export the model whole: optimum-cli export onnx --model NAME FOLDER";
  if (/"learner"\s*:|"tree_info"/.test(head)) return "a model of decision trees, which are no layers";
  if (/"(?:imports|mnist_transform|ir_version|irVersion)"/.test(head))
    return "JSON of a format that is not read; open the file it was made of";
  return "JSON in which there is no model that is known";
}

/** Texts that are no model, such as what a server says instead of one. */
function text(_bytes: Uint8Array, head: string): string {
  const line = head.trim().split(/[\r\n]/, 1)[0]!;
  return `a text, which begins ${JSON.stringify(line.length > 80 ? `${line.slice(0, 80)}…` : line)}; is the address right?`;
}

const KINDS: readonly Kind[] = [
  ["PK\x03\x04", zipped],
  ["PK\x05\x06", zipped],
  [/^.{4}TFL3/s, `a TensorFlow Lite file; convert it: ${TF2ONNX} --tflite FILE --output model.onnx`],
  [
    /^GGUF|^GGML|^tjgg|^lmgg|^fmgg/,
    "a file of llama.cpp (GGUF): weights of a language model, for that program alone; its layers and its tokens are not here",
  ],
  ["\x80", pickled],
  [
    "\x1f\x8b",
    "an archive that gzip packed; unpack it (tar xzf FILE, gunzip FILE), and open the model in it",
  ],
  [/^(?:7z\xbc|Rar!)/, "an archive; unpack it, and open the model in it"],
  [/^.{257}ustar/s, "an archive of tar; unpack it (tar xf FILE), and open the model in it"],
  // texts begin with BM and RIFF, too: what follows are lengths and a kind
  [
    /^(?:\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a|RIFF[\s\S]{4}(?:WEBP|WAVE|AVI )|BM[\s\S]{4}\0{4})/,
    "a picture or a sound",
  ],
  [/^%PDF/, "a document (PDF)"],
  [
    /^(?:\xef\xbb\xbf)?\s*<\?xml[\s\S]*<net\b/,
    "a network of OpenVINO; export the model it was made of as ONNX",
  ],
  [
    /^(?:\xef\xbb\xbf)?\s*</,
    "a web page or XML, not the file; take the address behind Raw or Download, not that of the page about it",
  ],
  ["\x08", versioned],
  ["\n", graph],
  [/^(?:\xef\xbb\xbf)?\s*\{/, json],
  [/^tree\s/, "a model of decision trees, which are no layers"],
  [/^[\t\n\r\x20-\x7e]+$/, text],
];

/** "this is a web page …" */
export function whatIs(bytes: Uint8Array): string {
  if (bytes.length === 0) return "the file is empty";
  const head = ascii(bytes, 0, HEAD);
  for (const [begins, is] of KINDS) {
    if (!(typeof begins === "string" ? head.startsWith(begins) : begins.test(head))) continue;
    const found = typeof is === "string" ? is : is(bytes, head);
    if (found !== undefined) return `this is ${found}`;
  }
  return isZip(bytes) ? "this is a zip archive" : "this is no model that is known";
}
