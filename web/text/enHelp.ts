/** The English answers to "What is this?", those of Plane here: two sentences, the standard term, a formula with ^{raised} and _{lowered} parts. */
import { enHelpCourse } from "./enHelpCourse.ts";
import { enHelpDigits } from "./enHelpDigits.ts";
import { enHelpSwitches } from "./enHelpSwitches.ts";

export const enHelp = {
  term: "Standard term: {term}.",
  plots: {
    activation: "The activation {name} and its derivative between z = −4 and 4",
    loss: "The loss {name} over z of the output that should be largest",
    schedule: "The learning rate of schedule {name} over 400 epochs, as a share of the first",
    penalty: "The penalties |w| and w² over a weight",
    momentum: "The share of a gradient that is left in later steps, for three β",
    z: "z of the right output",
    epochs: "epoch",
    steps: "steps later",
    rate: "η / η₀",
  },
  /** The activation of the output that goes with each loss. */
  outputs: {
    categoricalCrossentropy: "softmax",
    crossEntropy: "sigmoid",
    binaryCrossentropy: "sigmoid",
    quadratic: "sigmoid",
    meanSquaredError: "linear",
    categoricalHinge: "linear",
    perceptron: "step",
  },
  about: {
    // Plane: panels
    data: {
      says: "These points are all the net learns from: two coordinates and a class each. It never sees the points that are kept for testing, so they tell whether it has understood or learned by heart.",
      term: "training set and test set",
    },
    curveData: {
      says: "These points are all the net learns from: an x each, and the y that is to be said for it. It never sees the points that are kept for testing, so they tell whether it has understood or learned by heart.",
      term: "training set and test set; regression",
    },
    fieldData: {
      says: "These points are all the net learns from: two coordinates and a number each, shown as a colour. It never sees the points that are kept for testing, so they tell whether it has understood or learned by heart.",
      term: "training set and test set; regression",
    },
    training: {
      says: "These choices decide how weights change from step to step. Those that need no new beginning hold from the next step on; the curve has a line there, and the link says when.",
      term: "hyperparameters",
      formula: "w ← w − η · ∂L/∂w",
    },
    net: {
      says: "Each square is a unit and shows its output for every place of the plane; each line is a weight. A unit adds up its inputs times their weights and its bias, and passes the sum through the activation.",
      term: "multilayer perceptron, a feed-forward network of dense layers",
      formula: "a^{l} = g(W^{l} a^{l−1} + b^{l})",
    },
    microscope: {
      says: "It takes one training step of one point apart into its numbers. Walk through forward, loss, backward and update, and check a gradient by nudging its weight.",
      term: "backpropagation",
      formula: "δ^{l} = ((W^{l+1})^{T} δ^{l+1}) ⊙ g′(z^{l}), ∂L/∂W^{l} = δ^{l} (a^{l−1})^{T}",
    },
    gradients: {
      says: "Each bar is the size of a layer’s gradient at one moment, on a logarithmic scale. Where early layers get far less than late ones they hardly learn; where bars grow without end, training diverges.",
      term: "gradient norm; vanishing and exploding gradients",
      formula: "√(mean of (∂L/∂w)²)",
    },
    landscape: {
      says: "The loss depends on all weights at once, and this is a cut through it along two directions. The line is the way that training went down.",
      term: "loss landscape",
      formula: "L(w + u · d_{1} + v · d_{2})",
    },
    surface: {
      says: "The colour of a place is the class that the net says there, the paler the less sure it is. The border between two colours is where it cannot decide.",
      term: "decision boundary",
      formula: "class = argmax_{c} a_{c}; of one output: class 2 where a > ½",
    },
    curveSurface: {
      says: "The line is what the net says of every x. The loss is the mean of the squares of its distances, straight up or down, from the points.",
      term: "regression curve",
      formula: "L = mean of (a(x) − y)²",
    },
    fieldSurface: {
      says: "The colour of a place is the number that the net says there, on the scale of the points. The loss is the mean of the squares of its distances from their numbers.",
      term: "regression surface",
      formula: "L = mean of (a(x, y) − value)²",
    },
    curves: {
      says: "The curve shows the loss or the accuracy over the epochs, of training and of test points. Where the test curve rises while the other falls, the net learns its points by heart.",
      term: "learning curve; overfitting",
    },
    race: {
      says: "Four optimizers begin with the same weights and see the same batches. What differs in their curves is therefore due to the optimizer and its rate alone.",
      term: "comparison of optimizers",
    },
    legend: {
      says: "Colours and forms mean the same everywhere in this view. A class has a shape as well as a colour, and a negative weight is dashed.",
      term: "key",
    },
    transport: {
      says: "A step takes one batch, computes its gradient and changes all weights once. An epoch is over when every training point has been in a batch.",
      term: "step (iteration) and epoch",
    },

    take: {
      says: "A net is its form and its weights. With both in a file or a program it gives the same answers elsewhere, and can be trained further.",
      term: "model export",
    },

    share: {
      says: "A link has everything that this training depends on, so it opens the same one anywhere. It can also say which parts of the page are shown, and whether settings can be changed.",
      term: "permalink",
    },

    pictureOf: {
      says: "What is saved: the plane with its points, or the loss surface as it is drawn, from above or in 3-D. A recording takes a new picture whenever it has changed.",
      term: "figure, animated PNG",
    },
    ravine: {
      says: "This cost has two weights, so its whole surface is seen, and every optimizer goes down it by the same gradients. Across the ravine it is a hundred times as steep as along it, which is what plain descent finds hard.",
      term: "ill-conditioned quadratic",
      formula: "J(w) = ½ (w_{1} − 3)² + 50 (w_{2} + 2)²",
    },

    // Plane: controls
    solid: {
      says: "From above, colours and lines say how high the loss is, as on a map. In 3-D the same surface is a hill that you can turn, with a pointer or with the arrow keys.",
      term: "contour plot, surface plot",
    },
    axes: {
      says: "These two weights change over the surface, and all others stay as they are now. Where you drag the mark, the net has those two values.",
      term: "cross-section of the loss surface",
    },
    ravineStep: {
      says: "So many steps each optimizer has taken. All are computed before; here you look at any moment of the race.",
      term: "iteration",
    },
    classes: {
      says: "So many kinds of points the net has to tell apart. It has an output for each; of two classes, one sigmoid or one step can tell them apart as well.",
      term: "number of classes",
    },
    samples: {
      says: "So many points there are in all, for training and for testing. More points leave the net less freedom to learn them by heart.",
      term: "sample size",
    },
    noise: {
      says: "Points are moved away from their shape at random, the further, the more noise there is. With much of it classes overlap, and no net can get every point right.",
      term: "noise; standard deviation σ",
    },
    test: {
      says: "This share of the points is never trained on. How well the net does on them is what it will do on new ones.",
      term: "hold-out set, test split",
    },
    seed: {
      says: "All that is random here follows from this number: the points, the first weights, the order of batches. The same seed gives the same training, bit for bit, on every machine.",
      term: "random seed",
    },
    optimizer: {
      says: "It makes a step of a gradient. Plain descent takes the gradient as it is, momentum adds up earlier steps, and Adam gives each weight a step length of its own.",
      term: "optimizer",
      formula: "w ← w − η · ∂L/∂w",
      formulas: {
        momentum: "v ← β v − η · ∂L/∂w, w ← w + v",
        nesterov: "v ← β v − η · ∂L/∂w, w ← w + β v − η · ∂L/∂w",
        adam: "w ← w − η · √(1 − β_{2}^{t}) / (1 − β_{1}^{t}) · m / (√v + ε), m and v: running means of g and g²",
        adamw:
          "w ← w − η · (√(1 − β_{2}^{t}) / (1 − β_{1}^{t}) · m / (√v + ε) + λ w), m and v: running means of g and g², λ = 0.004",
        rmsprop: "s ← ρ s + (1 − ρ) g², w ← w − η · g / √(s + ε)",
        adagrad: "s ← s + g², w ← w − η · g / √(s + ε)",
      },
    },
    rate: {
      says: "It says how long a step against the gradient is. Too small, and learning takes for ever; too large, and each step jumps over the valley and the loss grows.",
      term: "learning rate η",
      formula: "w ← w − η · ∂L/∂w",
    },
    momentum: {
      says: "This share of the last step is added to the next, so that steps in one direction add up and those that go to and fro cancel. With β = 0 it is plain descent.",
      term: "momentum β",
      formula: "v ← β v − η · ∂L/∂w, w ← w + v",
      plot: "momentum",
    },
    schedule: {
      says: "The learning rate may change as training goes on. Long steps at first get near a valley, and short ones later find its bottom.",
      term: "learning-rate schedule",
      formula: "η(t), t in epochs",
      plot: "schedule",
    },
    loss: {
      says: "One number that says how wrong the outputs are; training makes it smaller. Each goes with an activation of the output layer, because together they have a simple gradient.",
      term: "loss (cost) function",
      formula: "L = −Σ_{j} y_{j} ln a_{j}",
      formulas: {
        crossEntropy: "L = −Σ_{j} [y_{j} ln a_{j} + (1 − y_{j}) ln(1 − a_{j})]",
        binaryCrossentropy: "L = −[y ln a + (1 − y) ln(1 − a)]",
        quadratic: "L = ½ Σ_{j} (a_{j} − y_{j})²",
        meanSquaredError: "L = 1/n Σ_{j} (a_{j} − y_{j})²",
        categoricalHinge: "L = max(0, 1 + max of wrong a − right a)",
        perceptron: "w ← w − η (a − y) x",
      },
      plot: "loss",
    },
    activation: {
      says: "It makes a unit’s output of its sum, and it must not be a straight line, or all layers together would be one. Where its derivative is close to 0, little gradient comes back through it.",
      term: "activation function g",
      formula: "a = g(z)",
      formulas: {
        tanh: "g(z) = tanh z, g′ = 1 − g²",
        relu: "g(z) = max(0, z)",
        leakyRelu: "g(z) = z, or α z where z < 0",
        elu: "g(z) = z, or α (e^{z} − 1) where z < 0",
        gelu: "g(z) = z · Φ(z)",
        silu: "g(z) = z · σ(z)",
        softplus: "g(z) = ln(1 + e^{z})",
        sigmoid: "g(z) = 1 / (1 + e^{−z}), g′ = g (1 − g)",
        gaussian: "g(z) = e^{−z²}",
        linear: "g(z) = z",
        step: "g(z) = 1 if z > 0, else 0",
      },
      plot: "activation",
    },
    init: {
      says: "Weights have to begin somewhere, and not all alike, or all units of a layer would stay copies of one. Their spread is chosen so that values neither fade nor grow from layer to layer.",
      term: "weight initialization",
      formula: "glorot: Var w = 2 / (n_{in} + n_{out}), he: 2 / n_{in}, lecun: 1 / n_{in}",
    },
    l1: {
      says: "It adds the size of every weight to the loss. Weights that are of little use become exactly or nearly zero.",
      term: "L1 regularization (lasso)",
      formula: "L + λ Σ |w|",
      plot: "penalty",
    },
    l2: {
      says: "It adds the square of every weight to the loss. Large weights cost most, so borders become smoother.",
      term: "L2 regularization (weight decay, ridge)",
      formula: "L + λ Σ w²",
      plot: "penalty",
    },
    dropout: {
      says: "In each step, and anew for each point, every hidden unit is left out with this probability. No unit can then rely on a certain other, which works against learning by heart.",
      term: "dropout",
      formula: "a ← a · mask / (1 − p)",
    },
    batch: {
      says: "A step uses the mean gradient of so many points. One point at a time gives many noisy steps, all points at once few exact ones.",
      term: "online, mini-batch and full-batch gradient descent",
      formula: "g = 1/m Σ_{i} ∂L_{i}/∂w",
    },
    layers: {
      says: "Layers between inputs and outputs. Each builds on what the one before has found, so more of them can make more winding borders.",
      term: "hidden layers; depth",
    },
    speed: {
      says: "It limits how many steps are taken in a second, so that the eye can follow. The result is the same at every speed.",
      term: "steps per second",
    },
    who: {
      says: "One net is trained by the optimizer you choose. In a race four optimizers train the same net side by side.",
      term: "single run or comparison",
    },
    brush: {
      says: "Points are painted where you click, drag, or press Space. Each has the class that is chosen here, and the link carries them.",
      term: "labelled examples",
    },
    figure: {
      says: "Loss is what training makes smaller, accuracy the share of points that are right. On a logarithmic scale the same factor is always the same distance.",
      term: "loss and accuracy",
      formula: "accuracy = right / all",
    },
    directions: {
      says: "The surface is cut along the two directions in which the path moved most, or along two random ones. The first show the way best, the second how rough the surface is.",
      term: "principal components; random directions",
    },
    ...enHelpSwitches,
    ...enHelpDigits,
    ...enHelpCourse,
  },
} as const;
