/** A loss so many times that of first weights, or of guessing, is no noise of mini-batches. */
const FAR = 10;

/** Whether a loss has grown beyond what it was without any training, which no training means to do. */
export const hasDiverged = (first: number, now: number): boolean => !(now <= FAR * Math.max(first, 0.1));
