/** "What is this?" of Plane's switches and of the microscope. */

export const enHelpSwitches = {
  phases: {
    says: "A step goes forward to the outputs, compares them with what is wanted, comes back with δ, and changes the weights. Each button leads to the first unit of its phase.",
    term: "forward pass, loss, backward pass, update",
  },
  nudge: {
    says: "A nudge moves one weight a little up and down and looks how the loss changes. If the quotient is the gradient, backpropagation has computed it right.",
    term: "gradient check by central differences",
    formula: "∂L/∂w ≈ (L(w + h) − L(w − h)) / 2h",
  },
  live: {
    says: "The surface is drawn again and again while training goes on. It moves because all other weights move, and because the path leads elsewhere.",
    term: "loss landscape during training",
  },
  testPoints: {
    says: "Points that are kept for testing are shown as well, hollow. The net was never trained on them.",
    term: "hold-out set",
  },
  sharp: {
    says: "Each place gets the full colour of its class, however unsure the net is there. Without it, paler places are less sure.",
    term: "hard decision; argmax",
    formula: "class = argmax_{c} a_{c}",
  },
  bands: {
    says: "Numbers are rounded to a few steps of colour, so that lines of equal numbers are seen. Without it the colour changes evenly.",
    term: "contour bands (level sets)",
  },
  converge: {
    says: "Training pauses by itself where the loss has not become lower for many epochs. More steps would change little.",
    term: "convergence; stopping criterion",
    formula: "min L of the last epochs ≥ (1 − ε) · min L before",
  },
  hiding: {
    says: "What is not ticked is left out of the page that the link opens. Less to look at leaves more attention for the rest.",
    term: "embedding options",
  },
  lock: {
    says: "On the page that the link opens, settings of the data and of the training cannot be changed. Play, step and reset still work.",
    term: "read-only view",
  },
  picked: {
    says: "The training step is taken for this point alone. You can also click a point in the plane.",
    term: "training example",
    formula: "(x, y)",
  },
} as const;
