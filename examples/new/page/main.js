// Trains a small network on two spirals and draws what it says of each place. fit() computes in a worker of its own, so the page stays
// responsive; the model here is whole after every epoch.
import { dense, sequential } from "nabla";

const [canvas, button, output] = ["canvas", "button", "output"].map((name) => document.querySelector(name));
const points = Array.from({ length: 400 }, (_, i) => {
  const [turn, label] = [0.1 + 0.9 * (i / 400), i % 2];
  const angle = turn * 3 * Math.PI + label * Math.PI;
  return { at: [turn * Math.cos(angle), turn * Math.sin(angle)], label };
});

const CELLS = 64;
const grid = Array.from({ length: CELLS * CELLS }, (_, i) => [
  ((i % CELLS) / (CELLS - 1)) * 2.2 - 1.1,
  (Math.floor(i / CELLS) / (CELLS - 1)) * 2.2 - 1.1,
]);

function draw(model) {
  const context = canvas.getContext("2d");
  const size = canvas.width / CELLS;
  const place = (value) => ((value + 1.1) / 2.2) * canvas.width;
  context.clearRect(0, 0, canvas.width, canvas.height);
  for (const [i, p] of model ? model.predict(grid).data.entries() : []) {
    context.fillStyle = `hsl(${p < 0.5 ? 210 : 30} 80% ${95 - 60 * Math.abs(p - 0.5)}%)`;
    context.fillRect((i % CELLS) * size, Math.floor(i / CELLS) * size, size + 1, size + 1);
  }
  for (const { at, label } of points) {
    context.fillStyle = label ? "#b45309" : "#1d4ed8";
    context.fillRect(place(at[0]) - 2, place(at[1]) - 2, 4, 4);
  }
}

async function train() {
  button.disabled = true;
  const hidden = () => dense({ units: 24, activation: "relu" });
  const model = sequential([hidden(), hidden(), dense({ units: 1, activation: "sigmoid" })], { seed: 1 });
  model.compile({
    optimizer: { name: "adam", learningRate: 0.02 },
    loss: "binaryCrossentropy",
    metrics: ["accuracy"],
  });
  const onEpochEnd = (epoch, { loss, accuracy }) => {
    output.textContent = `epoch ${epoch + 1}: loss ${loss.toFixed(3)}, accuracy ${(100 * accuracy).toFixed(1)} %`;
    if (epoch % 2 === 0) draw(model);
  };
  const [x, y] = [points.map(({ at }) => at), points.map(({ label }) => label)];
  await model.fit(x, y, { epochs: 60, callbacks: [{ onEpochEnd }] });
  draw(model);
  button.disabled = false;
}

draw();
button.disabled = false;
button.addEventListener("click", train);
