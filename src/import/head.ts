/** What a file is that nobody reads, by how it begins. */
const BEGINNINGS: readonly (readonly [bytes: string, what: string])[] = [
  ["PK\x03\x04", "a zip archive in which there is no model that is known"],
  [
    "\x80",
    "a pickle of Python, which is a program; save a state dict instead (torch.save(model.state_dict(), …))",
  ],
  ["TFL3", "a TensorFlow Lite file; convert it to ONNX (tf2onnx --tflite)"],
  ["\x89PNG", "a picture"],
  ["\xff\xd8\xff", "a picture"],
  ["<", "a web page or XML; is the address right?"],
];

export function latinHead(bytes: Uint8Array): string {
  const text = String.fromCharCode(...bytes.subarray(0, 16));
  if (bytes.length === 0) return "the file is empty";
  const known = BEGINNINGS.find(([start]) => text.startsWith(start) || text.slice(4).startsWith(start));
  return known ? `this is ${known[1]}` : "this is no model that is known";
}
