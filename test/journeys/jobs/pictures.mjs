// A folder of pictures, pictures/ring/*.png and pictures/cross/*.png: which is which? Writes pictures.safetensors, and says what it thinks of new.png.
import { conv2d, dense, globalAveragePooling2d, maxPooling2d, sequential } from "nabla";
import { openData, predictPictures, saveModel } from "nabla/node";

const { train, test } = await openData("pictures", { seed: 1 });
const model = sequential(
  [
    conv2d({ filters: 8, kernelSize: 3, activation: "relu" }),
    maxPooling2d({ poolSize: 2 }),
    conv2d({ filters: 16, kernelSize: 3, activation: "relu" }),
    globalAveragePooling2d(),
    dense({ units: 2, activation: "softmax" }),
  ],
  { seed: 1 },
);
model.compile({
  optimizer: { name: "adam", learningRate: 0.01 },
  loss: "categoricalCrossentropy",
  metrics: ["accuracy"],
});
await model.fit(train, { epochs: 20 });
await saveModel(model, "pictures.safetensors");
const [answer] = await predictPictures(model, ["new.png"]);
console.log(JSON.stringify({ accuracy: (await model.evaluate(test ?? train)).accuracy, answer }));
