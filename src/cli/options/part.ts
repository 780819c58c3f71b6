/** Which part of a data set is looked at. */
export type Part = "test" | "validation" | "train" | "all";

/** What follows the name of a data set. */
export const SAID: Readonly<Record<Part, string>> = {
  test: ", test part",
  validation: ", validation part",
  train: ", training part",
  all: "",
};
