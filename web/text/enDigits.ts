/** The English catalogue of Digits: who reads the pad. */

export const enDigits = {
  dock: { label: "Train and loss", epoch: "Epoch", loss: "Loss" },

  reading: {
    ready: "read by a small CNN that comes with the page",
    readyMaps: "These are the layers of the small CNN that comes with the page, until you train your own.",
    yours: "These are first weights of your network, drawn at random: it is not trained yet.",
    guess: "untrained: a guess",
    drawReady: "Draw a digit: a small trained CNN reads it. Then train your own.",
    trainFirst: "Train the network, and draw while it learns.",
    draw: "Draw something to see how it is read.",
  },

  inspector: {
    title: "One number worked out",
    open: "Look at one number",
    close: "Close",
    help: "Point at a place of a map, or choose it here.",
    empty: "Draw something first.",
    otherwise:
      "How this number comes about is more than one formula shows: another layer lies between, or a setting is not the usual one.",
    failed: "This part could not be loaded; reload to try again",
    layer: "Layer",
    map: "Map",
    unit: "Unit",
    row: "Row",
    column: "Column",
    channel: "Map of the layer before",
    channelIs: "map {map}: Σ = {sum}",
    patch: "patch",
    kernel: "kernel",
    products: "products, Σ = {sum}",
    rest: "(all others)",
    mean: "mean",
    softmax: "Outputs: logits z, then softmax",
    class: "Class",
    share: "share of Σ",
  },
} as const;
