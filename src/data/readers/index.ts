/** All kinds of data that are read: one line each. */
export { csv } from "./csv.ts";
export { idx } from "./idx.ts";
export { images } from "./images.ts";
export { npz } from "./npz.ts";
export { sequences } from "./sequences.ts";
