/**
 * The English catalogue. {names} are numbers that the code beside the text computes: no computed number is written here. Lines that
 * begin with § are formulas, *words* are terms, `signs` are mathematics with ^{raised} and _{lowered} parts.
 */

export const en = {
  course: {
    titled: "{title} – Nabla",
    headline: "See neural networks learn",
    lead: "Everything on this page is computed in this page, by Nabla. Begin with one of these, or with the first chapter.",
    starters: {
      spiral: { title: "Watch it learn a spiral", lead: "A small net bends its border around two spirals." },
      digit: { title: "Draw a digit", lead: "A small trained net reads it at once. Then train your own." },
      race: { title: "Race the optimizers", lead: "Four ways down from the same first weights." },
    },
    chapters: "The course",
    doneMark: "done",
    forget: "Forget my progress",
    all: "All chapters",
    computing: "Computing …",
    missing: "This chapter could not be loaded; reload to try again",
    task: "Your task",
    show: "Show a solution",
    right: "Right.",
    open: "Not yet.",
    solved: "The task is done.",
    neighbours: "Chapters before and after",
  },

  microscope: {
    phases: { forward: "Forward", loss: "Loss", backward: "Backward", update: "Update" },
    walk: "Four phases",
    back: "Back",
    next: "Next",
    progress: "step {at} of {all}",
    start: "Nothing is computed yet: the net has its weights, and x is what it is given. Go on with Next.",
    sentences: {
      forward:
        "Forward: each input times its weight, summed with the bias, is z. The activation makes a of it.",
      loss: "Loss: how wrong the outputs are, as one number.",
      backward: "Backward: δ says how the loss changes with z. Each weight’s gradient is its input times δ.",
      hidden:
        "Backward: what this unit feeds has its δ. They come back through the same weights, times the slope here.",
      update: "Update: each weight takes a step against its gradient, η times as long.",
    },
    after: "The loss of this point was {before}. After the step it is {after}.",
    net: "The net with its numbers",
    drawing: "Net of {form} units; the table of weights has the same numbers",
    weights: "Weights and gradients",
    weight: "Weight",
    updated: "New w",
    hinge: "L = max(0, 1 + best a of a wrong class − a of the right class)",
    check: "Check",
    nudge: "Nudge",
    nudgeOne: "Nudge {name} to check its gradient",
    nudged: "The check moves one weight a little both ways and looks at the loss:",
    agrees: "Backpropagation says {d}: they agree.",
    differs:
      "Backpropagation says {d}: they do not agree here. Where an activation has a corner, a nudge may jump over it.",
  },

  /** What the first page says of them; the rest is in enLessons.ts. */
  chapters: {
    perceptron: {
      title: "The perceptron",
      lead: "Weights, a threshold, and what they can decide.",
    },
    sigmoid: {
      title: "The sigmoid neuron",
      lead: "Why a small change of a weight must be a small change of the output.",
    },
    matrices: {
      title: "A network is matrices",
      lead: "a = g(Wa + b), and why layers need a nonlinearity.",
    },
    cost: {
      title: "Cost and slow learning",
      lead: "Quadratic cost and cross-entropy on the same wrong neuron.",
    },
    descent: {
      title: "Gradient descent",
      lead: "Steps that are too short, too long; full batch, mini-batch, online.",
    },
    backpropagation: {
      title: "Backpropagation by hand",
      lead: "Forward, loss, backward, update: every number of one step.",
    },
    softmax: {
      title: "Softmax and one-hot",
      lead: "Ten outputs for ten digits, and what an answer costs.",
    },
    initialisation: {
      title: "First weights",
      lead: "Zeros do not break symmetry, wide Gaussians saturate.",
    },
    overfitting: {
      title: "Overfitting",
      lead: "Training against validation; L2, dropout and early stopping.",
    },
    momentum: {
      title: "Momentum in a ravine",
      lead: "Plain descent, momentum and Nesterov on the same cost.",
    },
    convolution: {
      title: "Convolution and pooling",
      lead: "A kernel slides over your drawing; max pooling keeps the strongest answer.",
    },
    cutting: {
      title: "Cutting a number into digits",
      lead: "Write a number: where does one digit end, and the next begin?",
    },
    recurrent: {
      title: "Recurrent networks",
      lead: "One neuron, the same weights at every step of a sequence.",
    },
  },
};
