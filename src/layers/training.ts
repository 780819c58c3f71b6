/** Marks what a layer does in training alone. The build of `nabla/predict` has another file in this one's place that leaves it out. */
export const forTraining = <T>(part: T): T => part;
