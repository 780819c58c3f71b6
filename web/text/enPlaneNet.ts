/** The English catalogue of Plane: its points, its net, how that is trained, and what is found in it. {names} are computed. */

export const enPlaneNet = {
  gradients: {
    title: "Gradient of each layer",
    layer: "Layer {layer}",
    output: "Output",
    dead: "{dead} of {all} dead",
    over: "Gradient of {name} over time",
    now: "Gradient of {name} over time, now {size}",
    bars: "Bars are the typical size of ∂loss/∂weight (root mean square), from",
    to: "to",
  },

  findings: {
    diverged:
      "Diverged: the loss has grown from {first} to {worst}. Each step goes further past the valley than it was away from it: the steps are too long.",
    beyond:
      "Diverged: the loss has grown from {first} beyond all numbers. Each step goes further past the valley than it was away from it: the steps are too long.",
    rate: "Learning rate {rate}",
    symmetric:
      "Symmetry: all units of layer {layers} have the same weights, so each step changes them alike and they stay copies of one unit. Only weights that differ from the start break it.",
    symmetricLayers:
      "Symmetry: all units of layers {layers} have the same weights, so each step changes them alike and they stay copies of one unit. Only weights that differ from the start break it.",
    random: "Random first weights",
    deadOne: "{dead} ReLU is dead: zero for every training point, so nothing reaches its weights.",
    dead: "{dead} ReLUs are dead: zero for every training point, so nothing reaches their weights.",
    deadLayer: "All of layer {layer} are: nothing passes it, neither values nor gradients.",
    leaky: "Leaky ReLU",
    vanishing: "Vanishing gradients: Layer {layers} gets less than {share} of what the output gets.",
    vanishingLayers: "Vanishing gradients: Layers {layers} get less than {share} of what the output gets.",
    relu: "ReLU",
  },

  net: {
    title: "Net",
    hidden: "hidden layers",
    units: "units in layer {layer}",
    fewer: "Fewer {what}",
    more: "More {what}",
    input: "Input {label}",
    dead: "dead",
    layers: "Hidden layers",
    inputs: "Inputs",
    output: "Output",
    outputs: "Outputs",
  },

  data: {
    title: "Data",
    set: "Set",
    classes: "Classes",
    points: "Points",
    noise: "Noise",
    test: "Kept for testing",
    seed: "Seed",
    edit: "Edit these points by hand",
    paint:
      "Click or drag on the large surface. With the keyboard: focus it, move with the arrow keys, Space paints, Delete erases, digits choose the class. {points} of {most} points; the link carries them.",
    paintCurve:
      "Click or drag on the large surface. With the keyboard: focus it, move with the arrow keys, Space paints, Delete erases. {points} of {most} points; the link carries them.",
    paintValues:
      "Click or drag on the large surface. With the keyboard: focus it, move with the arrow keys, Space paints, Delete erases, digits 1 to 5 choose the value. {points} of {most} points; the link carries them.",
    clear: "Clear all points",
  },

  table: {
    open: "Points from a file …",
    expected: "CSV with two columns (x, y), or three (x, y and a class or a value), at most {most} rows",
    one: "Expected one file, a table; got {count}.",
    columns:
      "expected two columns (x, y), or three (x, y and a class or a value), got {count} ({names}); leave the others out",
    rows: "expected 2 to {most} rows, got {rows}; take fewer, for example every second",
    missing: "column {column}: there is no value; fill it in, or leave the row out",
    decimal: "column {column}: 1,234 may be a thousand or one and a bit; write numbers with a point",
    number: "column {column}: expected a number, got “{cell}”",
    classes: "column {third} has {count} different classes; expected 2 to {most}",
    className: "class {label} is “{name}”",
    curve: "{count} points of a curve are read: {y} is asked for {x}.",
    painted: "{count} points are read: {third} is the class at ({x}, {y}); {named}.",
    values: "{count} points are read: {third} is the value at ({x}, {y}).",
    scaled: "{column}, from {least} to {most}, is drawn from −{to} to {to}.",
    scaledValues: "{column}, from {least} to {most}, is learned as −{to} to {to}.",
  },

  training: {
    title: "Training",
    none: "None",
    optimizer: "Optimizer",
    rate: "Learning rate",
    momentum: "Momentum β",
    schedule: "Schedule",
    loss: "Loss and output",
    activation: "Activation",
    mixed: "Each layer its own",
    each: "Each layer its own activation",
    activationOf: "Activation of layer {layer}",
    init: "First weights",
    l1: "L1 penalty",
    l2: "L2 penalty",
    dropout: "Dropout",
    batch: "Batch size",
    converge: "Stop at convergence",
  },

  painting: {
    class: "Class {label}",
    value: "Value {value}",
    brush: "Painting: {what}",
    full: "There is room for {most} points, as the link carries them all; erase some first.",
    erased: "Erased",
    at: "{what} at {x}, {y}; {points} points.",
  },

  numbers: {
    title: "Weights of one unit",
    hint: "Point at a unit or a link to see its numbers, or choose a unit: with a click, a tap, or Enter. Then click a weight to type another.",
    unit: "Layer {layer}, unit {unit}",
    output: "Output {unit}",
    of: "Numbers of {unit}",
    from: "from {input}",
    unitFrom: "unit {unit}",
    bias: "bias b",
    weight: "w from {input}",
    slopes: { weight: "∂L/∂w", bias: "∂L/∂b" },
    rules: { weight: "(a − y) · x", bias: "a − y" },
    edit: "{name}: {value}. Type another value",
    typed: "New value of {name}",
    range: "Expected a number from {least} to {most}.",
    undo: "Undo: {name} back to {value}",
    undone: "{name} is {value} again.",
    done: "{name} is {value} now.",
    close: "Close",
    mean: "L is the mean loss of all training points, with penalties. A weight moves against the sign of its gradient.",
    rule: "A step has no gradient; these are what the perceptron’s rule takes instead: means over all training points, with penalties. A weight moves against their sign.",
    says: "{name}, bias {bias}",
    unknown: "no number",
  },

  microscope: {
    title: "Backpropagation microscope",
    close: "Close",
    lead: "One training step for one point, number by number: forward, loss, backward, update.",
    open: "Open the microscope",
    failed: "The microscope could not be loaded; reload to try again",
    nothing: "There is no point to look at.",
    point: "Training point (or click one on the surface)",
    is: "{point}: ({x}, {y}), class {label}",
    on: "{point}: x = {x}, y = {y}",
    valued: "{point}: ({x}, {y}), value {value}",
    plain:
      "One point, plain descent with the rate that is set, without penalties and dropout. Training takes the mean over a batch.",
  },
} as const;
