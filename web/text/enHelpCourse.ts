/** "What is this?" in the course: each chapter's figure, and what can be set there. */

export const enHelpCourse = {
  exercise: {
    says: "The page looks at what you set and says whether the task is done; this browser remembers it. Nothing is sent anywhere, and the button above shows one solution.",
    term: "exercise",
  },
  perceptronFigure: {
    says: "Rows of the table are the four inputs, with the sum and the answer for each. In the plane the line is where the sum is 0: on one side the perceptron answers 1.",
    term: "linear threshold unit; decision boundary",
    formula: "a = 1 if w_{1} x_{1} + w_{2} x_{2} + b > 0, else 0",
  },
  sigmoidFigure: {
    says: "The curve shows how the output at (1, 1) moves as the first weight does. The perceptron’s jumps, the sigmoid’s is smooth, and near 0 its slope is the derivative.",
    term: "sigmoid (logistic) neuron; derivative",
    formula: "Δa ≈ σ′(z) x_{1} · Δw_{1}",
  },
  matricesFigure: {
    says: "Each line is one product of a layer, with its numbers. A row of a matrix has the weights of one unit, and a column those of one input.",
    term: "matrix form of a feed-forward network",
    formula: "a^{l} = g(W^{l} a^{l−1} + b^{l})",
  },
  costFigure: {
    says: "Two equal neurons unlearn the same wrong answer, one with each cost. The flatter a curve is at first, the slower its neuron learns.",
    term: "learning slowdown of a saturated neuron",
    formula: "quadratic: (a − y) σ′(z) x; cross-entropy: (a − y) x",
  },
  descentFigure: {
    says: "The upper plot shows each step of the ball on its cost. The lower one compares how far the cost falls with all rows, a few, or one row for each step.",
    term: "gradient descent; stochastic gradient descent",
    formula: "w ← w − η · ∂J/∂w",
  },
  backpropagationFigure: {
    says: "One training step of one point, unit by unit: forward, loss, backward, update. Every number of the net is in the picture and in the table.",
    term: "backpropagation",
    formula: "δ^{l} = ((W^{l+1})^{T} δ^{l+1}) ⊙ g′(z^{l})",
  },
  softmaxFigure: {
    says: "Each row is a digit, with its logit and the probability that softmax makes of all of them. Raise one logit, and all other probabilities shrink.",
    term: "softmax; categorical cross-entropy",
    formula: "a_{k} = e^{z_{k}} / Σ_{j} e^{z_{j}}",
  },
  initialisationFigure: {
    says: "The plot counts how many neurons answer what before any training. Piled up at 0 and 1 they are saturated, in one place they are all the same.",
    term: "weight initialization; saturation; symmetry breaking",
    formula: "Var(z) = m · Var(w)",
  },
  overfittingFigure: {
    says: "Above are the losses on the rows that are trained on and on those that are held back, below the border that the net puts between the classes. Where the curves part, it overfits.",
    term: "overfitting; validation loss",
  },
  momentumFigure: {
    says: "Lines join places of equal cost, and the path is the way of the weights from the start. The best way goes along the ravine and hardly across it.",
    term: "ill-conditioned quadratic; momentum",
    formula: "v ← β v − η ∇J(w), w ← w + v",
  },
  convolutionFigure: {
    says: "The kernel slides over your drawing and answers with a number for every place, and pooling keeps the largest of each square. The framed patch is the one that is written out.",
    term: "convolution (cross-correlation), ReLU, max pooling",
    formula: "z_{rc} = Σ_{i} Σ_{j} k_{ij} x_{r+i−1, c+j−1} + b",
  },
  cuttingFigure: {
    says: "Write a number, and see where it is cut and as what each piece is read. One table row cuts at gaps, the other lets the net choose among many cuts.",
    term: "segmentation by recognition",
    formula: "best way = max over all ways of Σ score(piece)",
  },
  recurrentFigure: {
    says: "The boxes are one neuron at each step of a sequence, with its state, its input and its δ. The plot shows how much the last state depends on each earlier step.",
    term: "recurrent neural network; backpropagation through time",
    formula: "h_{t} = g(w x_{t} + u h_{t−1})",
  },

  weight: {
    says: "An input counts so many times its value; a negative weight counts against. Learning is nothing but changing such numbers.",
    term: "weight w",
    formula: "z = Σ_{i} w_{i} x_{i} + b",
  },
  bias: {
    says: "It is added to the sum, whatever the inputs are. The larger it is, the more easily the neuron answers 1.",
    term: "bias b; −b is the threshold",
    formula: "z = Σ_{i} w_{i} x_{i} + b",
  },
  factor: {
    says: "Both weights and the bias are multiplied by it. The border stays where it is, and the sigmoid becomes steeper there.",
    term: "steepness (gain, inverse temperature)",
    formula: "a = σ(c · z)",
  },
  change: {
    says: "So much is added to the first weight. See how much the output changes, and how near the derivative’s forecast comes.",
    term: "difference Δw; linear approximation",
    formula: "Δa ≈ ∂a/∂w · Δw",
  },
  input: {
    says: "A number that the net is given. The first layer multiplies it by a column of its matrix.",
    term: "input (feature) x",
    formula: "z^{1} = W^{1} x",
  },
  product: {
    says: "Type the matrix that does in one layer what the two linear ones do. Its numbers are rows of one matrix times columns of the other.",
    term: "matrix product",
    formula: "W_{jk} = Σ_{i} W²_{ji} W¹_{ik}",
  },
  start: {
    says: "Weight and bias both begin here. The larger they are, the surer the neuron is of its wrong answer.",
    term: "initial weight",
  },
  answer: {
    says: "Type the number that the task asks for. A few digits will do.",
    term: "answer",
  },
  point: {
    says: "The step is taken for this point alone. The others have gradients of their own.",
    term: "training example",
    formula: "(x, y)",
  },
  hidden: {
    says: "So many units lie between inputs and output. Each has a column in the picture of numbers.",
    term: "hidden units",
  },
  logit: {
    says: "It is the last layer’s sum for this digit, before softmax. What counts is how far it is above the others.",
    term: "logit z",
    formula: "a_{k} = e^{z_{k}} / Σ_{j} e^{z_{j}}",
  },
  inputs: {
    says: "So many inputs each neuron has, and all of them are 1. The more there are, the wider the sums are spread.",
    term: "fan-in m",
    formula: "Var(z) = m · Var(w)",
  },
  early: {
    says: "Training ends where the loss on held-back rows has not improved for some epochs, and the best weights so far are kept. It costs nothing and needs no change of the net.",
    term: "early stopping",
  },
  kernel: {
    says: "Nine weights that every patch is multiplied by. Positive ones ask for ink at their place, negative ones for paper.",
    term: "kernel (filter)",
    formula: "z = Σ_{i} Σ_{j} k_{ij} x_{ij} + b",
  },
  sequence: {
    says: "What the neuron has to do with what comes in, step by step: keep the first number, or add up three. Both need a state that lasts.",
    term: "sequence task; long-range dependency",
  },
  steps: {
    says: "So many steps the sequence has, and so many layers the unrolled net. The longer it is, the more factors a gradient passes through.",
    term: "sequence length T",
    formula: "∂h_{T}/∂z_{1} = Π_{t} u · g′(z_{t})",
  },
  state: {
    says: "The state of the step before counts so many times its value. Near 1 it lasts, below 1 it fades, above 1 it grows.",
    term: "recurrent weight u",
    formula: "h_{t} = g(w x_{t} + u h_{t−1})",
  },
  step: {
    says: "The step whose numbers are written out below. δ comes from the step after it.",
    term: "time step t",
    formula: "δ_{t} = u δ_{t+1} · g′(z_{t})",
  },
} as const;
