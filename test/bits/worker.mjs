// What workerd serves: the bits of the networks that a request names, or the weights of a task.
import { bitsOfAll } from "./bits.mjs";
import { train } from "./tasks.mjs";

/** @typedef {Parameters<typeof bitsOfAll>[1] & Parameters<typeof train>[1]} Library */

/** Bytes may not be compiled there, so there are no exported modules. @param {Library} library */
export const worker = (library) => ({
  /** @param {Request} request */
  async fetch(request) {
    const { names, task } = /** @type {any} */ (await request.json());
    try {
      return Response.json(names ? await bitsOfAll(names, library) : await train(task, library));
    } catch (error) {
      return new Response(String(error), { status: 500 });
    }
  },
});

/** The module that is bundled: `root` is the project's folder. @param {string} root */
export const entry = (root) => `import * as data from "${root}/build/data.js";
import * as nabla from "${root}/build/index.js";
import * as light from "${root}/build/predict.js";
import * as sequences from "${root}/build/sequences.js";
import { worker } from "${root}/test/bits/worker.mjs";
export default worker({ nabla, light, data, sequences });
`;
