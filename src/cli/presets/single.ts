/** Networks of one layer. */
import { NablaError } from "../../errors.ts";
import { outputs, usual } from "./heads.ts";
import type { Preset } from "./preset.ts";

export const singlePresets = {
  perceptron: {
    description: "step units without hidden layer, perceptron rule",
    hidden: [],
    activation: "step",
    initializer: "zeros",
    training: { optimizer: { name: "sgd", learningRate: 1 }, batchSize: 1 },
    head(task, loss = "perceptron") {
      if (task.kind === "values")
        throw new NablaError("--model perceptron tells classes apart, but these targets are numbers");
      return { units: outputs(task), activation: "step", loss };
    },
  },
  logistic: {
    description: "logistic (sigmoid or softmax) regression",
    hidden: [],
    activation: "linear",
    initializer: "zeros",
    training: { optimizer: { name: "nesterov", learningRate: 0.05, momentum: 0.9 }, batchSize: 32 },
    head(task, loss) {
      if (task.kind === "values")
        throw new NablaError(
          "--model logistic tells classes apart, but these targets are numbers; try linear",
        );
      if (loss) return usual(task, loss);
      const two = task.kind === "classes" && task.classes === 2;
      return two ? { units: 1, activation: "sigmoid", loss: "binaryCrossentropy" } : usual(task, loss);
    },
  },
  linear: {
    description: "linear regression, mean squared error",
    hidden: [],
    activation: "linear",
    initializer: "zeros",
    training: { optimizer: { name: "nesterov", learningRate: 0.01, momentum: 0.9 }, batchSize: 32 },
    head(task, loss = "meanSquaredError") {
      return { units: outputs(task), activation: "linear", loss };
    },
  },
} satisfies Record<string, Preset>;
