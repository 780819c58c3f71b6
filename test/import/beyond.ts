/** Operator tests of the ONNX project that are not passed, and why: by what their names begin with, after "test_". */
export const BEYOND: readonly (readonly [why: string, names: RegExp])[] = [
  [
    "no layer, and no composition of layers, computes it",
    /^(?:a?(?:cos|sin|tan)h?|erf|exp|log|sqrt|reciprocal|ceil|floor|round|pow|mod|hardmax|lrn|reduce_(?:log|l2|prod)|det|einsum|operator_(?:exp|pow|sqrt)|Softsign|PoissonNLLL|is(?:inf|nan))(?:_|$|[A-Z])/,
  ],
  [
    "logic, comparisons and choices",
    /^(?:and|or|xor|not|greater|less|equal|where|bitshift|compress|nonzero|if|loop|scan|sequence|optional|identity_(?:opt|sequence))/,
  ],
  [
    "places and indices as results or as data",
    /^(?:arg(?:max|min)|top_k|onehot|scatter|gather_elements|gathernd|unique|nonmax|roialign|reversesequence|maxunpool|gridsample|eyelike|tri[lu])/,
  ],
  ["texts", /^(?:str|tfidf|cast(?:like)?_(?:FLOAT_to_STRING|STRING_to))/],
  ["signals and random numbers", /^(?:stft|dft|mel|blackman|hamming|hann|bernoulli|training_dropout)/],
  [
    "whole numbers instead of float32",
    /^(?:q?linear|qlinear|quantizelinear|dynamicquantize|.*integer|div_uint8|range_int)/,
  ],
  ["losses as part of the graph: fit() has its own", /^(?:nllloss|sce)/],
  [
    "training as part of the graph: batchNormalization trains here, optimizers have a test of their own (test/optimizers/onnx.node.test.ts)",
    /^(?:batchnorm_.*training_mode|adagrad|adam|momentum|nesterov|gradient)/,
  ],
  ["three axes of pixels", /(?:3d_default|_3d$|(?:Conv|Pool)3d)/],
  ["windows of pooling with holes", /^(?:maxpool_2d_dilations|MaxPool.d_stride_padding_dilation)/],
  ["the layer has no such option", /^(?:lstm_with_peepholes|gru_seq|rnn_seq|resize_tf_crop)/],
  ["it mixes the rows of a batch", /^mvn/],
  ["nothing in it depends on an input, or only on its shape", /^(?:constant|shape|size|range)/],
  ["values that are infinite or NaN", /^(?:cast(?:like)?_(?:BFLOAT16_to|FLOAT_to_BFLOAT16)|operator_add)/],
  ["nothing is left of an axis", /^(?:slice_start_out|split_zero|reshape_allowzero)/],
  [
    "its example takes a length of the result that is no whole number (so says onnxruntime, too)",
    /^resize_downsample_scales_(?:cubic|linear)_align_corners/,
  ],
];
