/** What is said of operators that there are not. */
/** What an owner can do about operators that there are not. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:If|Loop|Scan)$/,
    "it chooses or repeats parts of the graph; export with fixed shapes and constant folding, so that it is gone",
  ],
  [
    /^(?:NonMaxSuppression|TopK|RoiAlign|NonZero|ArgM..|OneHot)$/,
    "it works on results, not on values that a network learns from; cut the model before it: onnx.utils.extract_model()",
  ],
  [
    /^(?:ImageDecoder|StringNormalizer|TfIdfVectorizer|STFT|DFT|MelWeightMatrix|CategoryMapper|Tokenizer.*)$/,
    "it prepares data; cut the model behind it with onnx.utils.extract_model(), and prepare data before predict()",
  ],
  [
    /^(?:QLinear.*|.*Integer|DynamicQuantizeLinear|QuantizeLinear)$/,
    "it computes with whole numbers; use the model as it was before it was quantised",
  ],
  [/^(?:Random.*|Multinomial|Bernoulli)$/, "it draws random numbers; export the model for prediction"],
];
export const hintFor = (type: string): string | undefined => HINTS.find(([names]) => names.test(type))?.[1];
