/** Attention, and the products along chosen axes that models with attention are made of. */
import { show } from "../../fields/fields.ts";
import { HEADS } from "../../interop/kerasParts.ts";
import { Unsupported } from "../problems.ts";
import { field } from "./json.ts";
import type { Handler, Reading } from "./reading.ts";

/** What a call may say that is looked at here; what is padding is told by masks. */
const CALLED = new Set([
  "query",
  "value",
  "key",
  "use_causal_mask",
  "training",
  "mask",
  "query_mask",
  "value_mask",
  "key_mask",
]);

/** Whether a step sees no later ones. What else the call says is refused. */
function isCausal(at: Reading): boolean {
  for (const [name, value] of Object.entries(at.call))
    if (!CALLED.has(name) && value !== null && value !== false)
      at.refuse(
        `${name}: the layer is called with it, and there is no such thing here; save the model without`,
      );
  return field(at.call, "use_causal_mask") === true || at.options.get("causal") === true;
}

/** Queries, values and keys; of one value, that once. */
function roles(at: Reading): (string | undefined)[] {
  const [query, value = query, key = value] = at.inputs;
  if (at.inputs.length > 3) at.refuse("it is given more than queries, values and keys");
  if (key !== value) return [query, value, key];
  return query === value ? [query] : [query, value];
}

const attention: Handler = (at) => {
  at.only("score_mode", "queries and keys agree by the sum of their products here", "dot");
  const options = at.carried("attention", ["useScale", "dropout"]);
  const causal = isCausal(at);
  const [scale] = options.useScale === true ? at.weights("scale") : [];
  return at.add(
    "attention",
    { ...options, ...(causal && { useCausalMask: true }) },
    { inputs: roles(at), weights: scale ? { scale: { shape: [1], data: () => scale.data() } } : {} },
  );
};

const multiHeadAttention: Handler = (at) => {
  const options = at.carried("multiHeadAttention", ["numHeads", "keyDim", "valueDim", "dropout", "useBias"]);
  // shapes of what came in, which older files say
  for (const name of ["query_shape", "key_shape", "value_shape"]) at.options.get(name);
  at.only("use_gate", "what heads find is not gated here");
  at.only("sliding_window", "a step sees all others here, or those before it");
  at.only("flash_attention", "there is one way here", true);
  const axes = at.numbers("attention_axes");
  if (axes && !(axes.length === 1 && (axes[0] === 1 || axes[0] === -2)))
    at.refuse(`attention_axes ${show(axes)}: it is along the steps of a sequence here`);
  const out = at.numbers("output_shape");
  if (out && out.length !== 1) at.refuse(`output_shape ${show(out)}: outputs have one axis of features here`);
  const causal = isCausal(at);
  const found = at.context.store.of(at.spot);
  const parts = options.useBias === false ? ["Kernel"] : ["Kernel", "Bias"];
  const names = HEADS.flatMap((what) => parts.map((part) => `${what}${part}`));
  if (found.length !== names.length)
    throw new Unsupported(`its weights are not in the file: expected ${names.length}, got ${found.length}`);
  return at.add(
    "multiHeadAttention",
    { ...options, ...(out && { outputShape: out[0] }), ...(causal && { useCausalMask: true }) },
    {
      inputs: roles(at),
      weights: Object.fromEntries(
        names.map((name, i) => [name, { shape: found[i]!.shape, data: () => found[i]!.data() }]),
      ),
    },
  );
};

/** Which axes meet: "abc,cd->abd" is a dense layer, "abc,c->abc" with biases of "bc" and ones says positions. */
const einsumDense: Handler = (at) => {
  const equation = (at.options.text("equation") ?? "").replace(/\s/g, "");
  const biasAxes = at.options.text("bias_axes");
  at.only("quantization_config", "weights are float32 here; save the model before quantize()");
  const [, before, sum, kernel, after] =
    /^((?:\.\.\.)?[a-z]{0,8})([a-z]),([a-z]{1,2})->((?:\.\.\.)?[a-z]{1,9})$/.exec(equation) ?? [];
  at.options.get("output_shape");
  const active = at.active();
  const kernelRegularizer = at.regularizer("kernel_regularizer");
  const biased = biasAxes !== undefined;
  const names = biased ? ["kernel", "bias"] : ["kernel"];
  const shape = at.shape();
  if (
    kernel?.length === 2 &&
    kernel[0] === sum &&
    after === `${before}${kernel[1]}` &&
    (!biased || biasAxes === kernel[1])
  ) {
    const [w, bias] = at.weights(...names);
    return at.add(
      "dense",
      { units: w!.shape[1], useBias: biased, ...(kernelRegularizer && { kernelRegularizer }) },
      { active, weights: { kernel: w!, ...(bias && { bias }) } },
    );
  }
  if (
    kernel === sum &&
    after === `${before}${sum}` &&
    after?.length === 3 &&
    biasAxes === after.slice(1) &&
    shape.length === 2
  ) {
    const [w, embeddings] = at.weights(...names);
    if (w!.data().every((n) => n === 1))
      return at.add(
        "positionalEmbedding",
        {},
        { active: { ...active }, weights: { embeddings: embeddings! } },
      );
  }
  at.refuse(
    `equation ${show(equation)} with bias_axes ${show(biasAxes ?? null)}: products along the last axis there are here, "abc,cd->abd"`,
  );
  return undefined;
};

export const attending: Readonly<Record<string, Handler>> = {
  Attention: attention,
  MultiHeadAttention: multiHeadAttention,
  EinsumDense: einsumDense,
};
