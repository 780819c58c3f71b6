// The set of networks on another build of the core, in any number of shares: the library from source, with that build in the place of its
// own, and with loader.mjs between them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { WHOLE } from "../../scripts/defines.mjs";
import { root } from "./engines.mjs";

/** Builds with all kernels, those that no package has included. By itself the library takes `dense` where that is enough, and `simd`. */
export const BUILDS = /** @type {const} */ (["simd", "debug", "threads"]);
/** Into how many shares the outputs of every instruction are divided. */
export const SHARES = [1, 2, 3, 5, 8];

const here = join(root, "test/bits");

const SHARES_HERE = "Number(globalThis.process.env.NABLA_SHARES ?? 1)";

/** @param {string} text @param {string} from @param {string} to */
function replaced(text, from, to) {
  if (text.split(from).length !== 2) throw new Error(`expected "${from}" once in the sources; did it move?`);
  return text.replace(from, to);
}

/**
 * @param {string} folder where the program is put
 * @param {typeof BUILDS[number] | undefined} core the build; undefined for those that the library takes itself
 * @returns {Promise<string>} the program: program.mjs in one file, for Node
 */
export async function bundled(folder, core) {
  const outfile = join(folder, `program-${core ?? "own"}.mjs`);
  await build({
    entryPoints: [join(here, "program.mjs")],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    logLevel: "error",
    define: WHOLE,
    plugins: [
      {
        name: "core",
        setup(bundler) {
          bundler.onResolve({ filter: /^#loader$/ }, () => ({ path: join(here, "loader.mjs") }));
          bundler.onResolve({ filter: /^\.\/library\.mjs$/ }, () => ({ path: join(here, "sources.mjs") }));
          // each share may want scratch of its own, and plans for several are made nowhere but here and in tests
          bundler.onLoad({ filter: /[\\/]plan[\\/]builder\.ts$/ }, ({ path }) => ({
            contents: replaced(
              readFileSync(path, "utf8"),
              "readonly parts = 1,",
              `readonly parts = ${SHARES_HERE},`,
            ),
            loader: "ts",
          }));
          if (!core) return;
          bundler.onResolve({ filter: /^#core(\/dense)?$/ }, () => ({ path: core, namespace: "core" }));
          bundler.onLoad({ filter: /.*/, namespace: "core" }, ({ path }) => ({
            contents: `import { readFileSync } from "node:fs";
export const core = readFileSync(${JSON.stringify(join(root, `build/core/${path}.wasm`))});`,
          }));
        },
      },
    ],
  });
  return outfile;
}
