// The ladder: MNIST networks of Michael Nielsen, Neural Networks and Deep Learning (2015), with the test accuracies given there.
// `preset` is the name for `nabla train --model`; the presets define the rest (src/cli/presets/book.ts).

/** Members of a vote. */
const VOTERS = 5;

const book = (step, network, published, note) => ({
  step,
  variant: "book",
  preset: `book-${step}`,
  network,
  published,
  note,
});
const modern = (step, network) => ({
  step,
  variant: "modern",
  preset: `modern-${step}`,
  network,
  published: published(step),
});

const BOOK = [
  book("1", "784-30-10 sigmoid, quadratic cost, η 3, 30 epochs", 95.42, "its best epoch by test accuracy"),
  book("2", "784-100-10, the same", 96.59, "its best epoch by test accuracy"),
  book("3", "784-100-10, cross-entropy, λ 5, η 0.1, 60 epochs", 98.04, "on validation rows"),
  book("4", "100 sigmoids under softmax, η 0.1, 60 epochs", 97.8),
  book("5", "a convolution 5×5×20 with pooling before it", 98.78),
  book("6", "a second one, 5×5×40", 99.06),
  book("7", "the same with ReLU, η 0.03, λ 0.1", 99.23),
  book("8", "on five times the rows: images moved by a pixel", 99.37),
  book("9", "two dense layers of 1,000 with dropout ½, 40 epochs", 99.6),
  book("10", "five of these voting", 99.67),
];
const published = (step) => BOOK.find((each) => each.step === step).published;

export const STEPS = [
  ...BOOK,
  modern("1", "smaller first weights, Nesterov momentum, cosine, 15 epochs"),
  modern("2", "the same"),
  modern("5", "ReLU, dropout 0.3, Adam, cosine, batch 50, 10 epochs"),
  modern("6", "the same, 10 epochs"),
  modern("7", "dropout 0.4, 20 epochs"),
  modern("8", "dropout 0.3, images moved anew each epoch, 30 epochs"),
  modern("9", "dropout ½, images moved and turned anew each epoch, AdamW, batch 100, 30 epochs"),
  {
    step: "best",
    variant: "modern",
    preset: "best",
    network: "our own: five normalised 3×3 convolutions, dense 128",
    published: 99.5,
    note: "the goal set, not a published figure",
  },
];

/** Seeds of the nets that vote for one seed of step 10: 1 to 5, 6 to 10, … */
export const votersOf = (seed) => Array.from({ length: VOTERS }, (_, i) => (seed - 1) * VOTERS + i + 1);

export const keyOf = ({ step, variant }, seed) => `${variant}-${step}-${seed}`;
