// Whole training steps on a batch that lies in linear memory: what a framework's own loop over ready tensors measures.
import { internalsOf, planFor, shades, updateOf } from "../build/internals.js";
import { answers, classesOf } from "./nets.mjs";

/** Windows measure time, so the weights stay where they are. */
const STILL = 1e-6;

/** What a model's plan of training is asked for with. */
export function trainingOf(model) {
  const network = internalsOf(model).built;
  const compiled = internalsOf(model).state.required;
  return {
    network,
    kinds: [{ type: "float32", scale: 1 }],
    training: {
      objectives: [{ loss: compiled.loss, target: "class" }],
      update: updateOf(compiled, network),
    },
  };
}

/**
 * @param model compiled @param batch rows @param data { x, y }; by default numbers like pixels, and all classes in turn
 * @returns step() runs one; run(from, to) some instructions of it; `plan` and `core` are what they run on
 */
export function stepsOf(model, batch, data = {}, learningRate = STILL) {
  const { network, kinds, training } = trainingOf(model);
  const plan = network.use(planFor(network, "train", batch, kinds, training));
  const { core } = network;
  const inputs = batch * model.inputShape.reduce((a, b) => a * b);
  const labels = batch * answers(model);
  core.f32(plan.inputs[0].x.offset, inputs).set(data.x ?? shades(inputs));
  core.i32(plan.outputs[0].y.offset, labels).set(data.y ?? classesOf(labels));
  core.f32(plan.outputs[0].weight.offset, batch).fill(1);
  core.f32(plan.step, 2).set([learningRate, 1 / batch]);
  const run = (from, to) => network.run(plan, from, to, batch);
  return { plan, core, run, step: () => run(0, plan.marks.end) };
}
