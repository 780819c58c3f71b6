// A training whose event files the real TensorBoard has read: test/golden/make_tensorboard.py.

/**
 * @param {any} nabla dense, sequential, blobs, tensorBoard
 * @param {string | URL} folder where the files go
 */
export async function tensorBoardRun({ dense, sequential, blobs, tensorBoard }, folder) {
  const model = sequential(
    [
      dense({ units: 4, activation: "relu", name: "first" }),
      dense({ units: 3, activation: "softmax", name: "last" }),
    ],
    { seed: 1, inputShape: [2] },
  ).compile({
    optimizer: "adam",
    loss: "categoricalCrossentropy",
    metrics: ["accuracy"],
    schedule: { name: "exponential", decayRate: 0.5 },
  });
  const data = blobs({ samples: 60, seed: 1, classes: 3 });
  /** @param {object} options */
  const fit = (options) =>
    model.fit(data, {
      validationSplit: 0.2,
      callbacks: [tensorBoard(folder, { histogramFreq: 2 })],
      ...options,
    });
  await fit({ epochs: 3 });
  // from where it stands: its third epoch is written once
  await fit({ epochs: 4, resume: true });
  return model;
}
