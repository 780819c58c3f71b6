// What the profile shows (bench/profile.mjs, an instruction at a time) of goals that were missed; printed below the table of goals, and only
// for those.

/** The first whose pattern a figure's name matches. */
const WORDS = [
  [
    /^products of/,
    "forward products are near the peak. An input gradient makes panels of wᵀ first, which at batch 32 only eight tiles of rows share. Weight gradients reach the goal.",
  ],
  [
    /^W1, 10: fit\(\)/,
    "a step has 10 rows: its tiles begin and end for few sums, and the second layer's 300 weights hide nothing. A step takes 2.1 µs a row, so fetching 784 bytes that no cache holds (0.3 µs) and three microseconds of JavaScript a step are a quarter more.",
  ],
  [
    /^L9/,
    "with batches of 10, reading and updating 1.7 million weights takes as long as multiplying with them. Input gradients take 755 + 460 µs, forward products of the same size 460 + 290: the difference is turning weights that serve 10 rows only.",
  ],
  [
    /^C32, 64: fit\(\) of the multiplications/,
    "the second convolution's weight gradient takes 15.1 ms of a step, its forward product, as many multiplications, 12.6.",
  ],
  [
    /^W4, 64: fit\(\) of the multiplications/,
    "the second convolution's input gradient runs below its forward product, also since it multiplies no padding; pooling, Adam and ReLU take 8 % of the step.",
  ],
  [
    /fit\(\) of the multiplications/,
    "steps alone have 84 to 89 % (input gradients run at 79 to 88 % of the peak, the layer of 10 units at 62 to 66 %); the rest is what fit() does beside steps, see there.",
  ],
  [
    /fit\(\) of its steps/,
    "a call of fit() takes 2 to 4 ms before its first step, of which 1.4 are a digest of the rows, by which a resumed training knows them; here a call has some 80 ms of steps. Rows are gathered in another order each epoch, so each comes from memory, not from a cache; metrics and the loop's promises come on top.",
  ],
  [
    /^LSTM/,
    "two fifths of a step are LSTM_FORWARD, whose products take half of that: the rest is 320 sigmoids and tanhs a row and step, some forty operations for every four. PyTorch has registers four times as wide.",
  ],
  [
    /against PyTorch/,
    "PyTorch's kernels use AVX-512: sixteen numbers at once, multiplied and added in one instruction. WebAssembly has four, and two instructions.",
  ],
  [
    /two threads/,
    "a step's instructions end at a barrier; what is left is waiting there for the slower core, instructions too small to share, and one memory for both. A second core that does other work shows as the range of rounds.",
  ],
  [
    /^W1: threads/,
    "auto measures its first steps on several threads before it decides for one; of a training of half a second that is a share that can be seen.",
  ],
  [
    /^one prediction, W2/,
    "4.1 µs are the core's, 3.7 of them the first layer's 784 × 100 weights. They take as long from the first cache as from the third: issuing instructions is the limit, not memory. 16 to 48 columns at a time were tried; 24 stays.",
  ],
  [
    /^one prediction, W4|^W4, 256/,
    "11.3 µs of one row are the core's: the second convolution 5.2, the first 2.5, the dense layer 2.3, pooling 1.0.",
  ],
  [
    /^one streaming step/,
    "a step is one row times 64 × 256 weights, and 320 sigmoids and tanhs one after the other.",
  ],
  [
    /^process start/,
    "reading and compiling the library, 52 files of 296 KB, and its core before the first answer. Fewer files take 26 ms less, and make programs of a bundler 24 KB larger.",
  ],
  [/./, "not looked into yet."],
];

/** @param {string} figure of bench/goals.mjs @returns words */
export const because = (figure) => WORDS.find(([pattern]) => pattern.test(figure))[1];
