/** What is known of ONNX files before the code that reads them is loaded. */

/** What openModel() takes for an ONNX file. */
export interface OnnxOptions {
  /** Which axis of inputs is the batch: the one that is called batch, or 0; of recurrent layers that begin with steps, 1. false: there is none, a row is the whole input. */
  batch?: number | false;
  /** Sizes of axes that the file leaves open, by their names there: { height: 224 }. Axes without a name: "input.2". */
  dimensions?: Readonly<Record<string, number>>;
  /** Names of the values that the model shall give, where they are not the outputs of the file: it is cut there. */
  outputs?: readonly string[];
  /** Values for inputs that never change: weights that were exported as inputs. */
  constants?: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly data: ArrayLike<number> }>
  >;
}

/** Whether bytes may be such a file: its first field is a small number, the version of the format. */
export function isOnnx(head: Uint8Array): boolean {
  if (head[0] !== 0x08 || head[1] === undefined || head[1] > 40 || head[1] === 0) return false;
  // a SavedModel of TensorFlow, or a model of Core ML, has a message there
  if (head[2] === 0x12 && head[head.findIndex((byte, i) => i > 2 && byte < 0x80) + 1] === 0x0a) return false;
  // then a text: the producer's name, its version; or the graph; or the versions of operators
  return [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42].includes(head[2]!);
}
