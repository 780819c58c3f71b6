// Builds the playground: web/ → build/web/, static files that any host can serve from any folder.
// Prints what the first visit and Digits load, and fails if that is over the limits.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { zipSync } from "fflate";
import { SHIPPED, workerAt } from "./defines.mjs";
import { writeIcon } from "./icon.mjs";
import { readKernels } from "./kernels.mjs";
import { note, writeNotices } from "./notices.mjs";

const OUT = "build/web";
/** Bytes after gzip that opening the page may take, and opening its heaviest view. */
const LIMITS = { opening: 32 * 1024, digits: 150 * 1024 };

export async function buildWeb({ quiet = false } = {}) {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  const common = {
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    logLevel: "warning",
    legalComments: "none",
    jsx: "automatic",
    jsxImportSource: "preact",
    metafile: true,
    platform: "browser",
  };
  const metafile = await bundle(common);
  const [main, style, course, courseStyle, digits] = [
    "web/main.tsx",
    "web/style.css",
    "web/course/index.tsx",
    "web/course/course.css",
    "web/digits/index.tsx",
  ].map((entry) => outputOf(metafile, entry));
  const page = readFileSync("web/index.html", "utf8")
    .replace("{{main}}", basename(main))
    .replace("{{style}}", basename(style))
    .replace("{{view}}", basename(course));
  writeFileSync(join(OUT, "index.html"), page);
  for (const file of ["icon.svg", "manifest.webmanifest"]) cpSync(join("web", file), join(OUT, file));
  for (const size of [180, 192, 512]) writeFileSync(join(OUT, `icon-${size}.png`), writeIcon(size));

  note(metafile);
  writeNotices(join(OUT, "licences.txt"));

  // the list of files and its digest: another build is another cache
  const files = readdirSync(OUT).sort();
  const digest = createHash("sha256");
  for (const file of files) digest.update(file).update(readFileSync(join(OUT, file)));
  await build({
    ...common,
    entryPoints: { sw: "web/shell/sw.ts" },
    outdir: OUT,
    define: {
      FILES: JSON.stringify(["./", ...files.filter((file) => file !== "index.html")]),
      VERSION: JSON.stringify(digest.digest("hex").slice(0, 16)),
    },
  });

  // what the package has of it: less than a third of the size, and `nabla play` serves it as well. A zip that is packed as a whole, for its
  // files are alike. No times: the same sources, the same bytes
  const contents = readdirSync(OUT).map((file) => [file, readFileSync(join(OUT, file))]);
  const zip = zipSync(Object.fromEntries(contents), { level: 0, mtime: "1980-01-01" });
  writeFileSync(`${OUT}.zip.br`, brotliCompressSync(zip, { params: { [constants.BROTLI_PARAM_LGWIN]: 24 } }));

  const page1 = [join(OUT, "index.html"), style, ...reached(metafile, main)];
  measured("opening", [...page1, courseStyle, ...reached(metafile, course)], quiet);
  measured("digits", [...page1, ...reached(metafile, digits)], quiet);
}

/** Prints what a visit loads, and fails if that is too much. */
function measured(what, files, quiet) {
  const rows = [...new Set(files)]
    .map((file) => ({ file: basename(file), bytes: readFileSync(file) }))
    .map(({ file, bytes }) => ({ file, size: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length }))
    .sort((a, b) => b.gzip - a.gzip);
  const total = rows.reduce((sum, { gzip }) => sum + gzip, 0);
  const limit = LIMITS[what];
  if (!quiet) {
    const kb = (n) => (n / 1024).toFixed(1).padStart(7);
    console.error(`${what.padEnd(22)}KB    gzip`);
    for (const { file, size, gzip } of rows) console.error(`  ${file.padEnd(20)}${kb(size)} ${kb(gzip)}`);
    console.error(`  ${"together".padEnd(27)} ${kb(total)} of ${limit / 1024}`);
  }
  if (total > limit)
    throw new Error(`build-web: ${what}: ${total} bytes are loaded after gzip, more than ${limit}`);
}

/**
 * Entries that run in workers: what trains, and the plane's, which trains there and looks into the net as well; and what views look
 * like that no other needs.
 */
const NAMED = {
  worker: "src/worker/index.ts",
  "plane-worker": "web/plane/worker.ts",
  "plane-style": "web/plane/plane.css",
  "course-style": "web/course/course.css",
};

/**
 * Page and workers in one, so that they share their files and the library is loaded once. Names have digests, and what starts a
 * worker or loads a style has its name, so that a page and its files are always of one build. A name is known once its file is built:
 * all is built again until names agree.
 */
async function bundle(common) {
  let names = Object.fromEntries(Object.keys(NAMED).map((name) => [name, ""]));
  for (let i = 0; i < 5; i++) {
    const { metafile, outputFiles } = await build({
      ...common,
      write: false,
      splitting: true,
      plugins: [spawning, oneCore, noSequences, fewPresets, readingApart, plainRows],
      define: {
        ...SHIPPED,
        ...workerAt(`./${names.worker}`),
        PLANE_WORKER: JSON.stringify(`./${names["plane-worker"]}`),
        PLANE_STYLE: JSON.stringify(`./${names["plane-style"]}`),
        COURSE_STYLE: JSON.stringify(`./${names["course-style"]}`),
      },
      entryPoints: { main: "web/main.tsx", style: "web/style.css", ...NAMED },
      entryNames: "[name]-[hash]",
      chunkNames: "[name]-[hash]",
      outdir: OUT,
    });
    const before = names;
    names = Object.fromEntries(
      Object.entries(NAMED).map(([name, entry]) => [name, basename(outputOf(metafile, entry))]),
    );
    if (Object.keys(NAMED).some((name) => before[name] !== names[name])) continue;
    for (const { path, contents } of outputFiles) writeFileSync(path, contents);
    return metafile;
  }
  throw new Error("build-web: a file depends on its own name");
}

function outputOf(metafile, entry) {
  const found = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === entry);
  if (!found) throw new Error(`build-web: no output for ${entry}`);
  return found[0];
}

/** The library starts the worker next to it, under the name it has here. */
const spawning = {
  name: "spawning",
  setup(bundler) {
    bundler.onResolve({ filter: /^#worker$/ }, () => ({
      path: join(process.cwd(), "src/worker/spawn/web.ts"),
    }));
    // its pages and workers are always of one origin
    bundler.onResolve({ filter: /^#worker-code$/ }, () => ({ path: "code", namespace: "none" }));
    bundler.onLoad({ filter: /.*/, namespace: "none" }, () => ({
      contents: 'throw new Error("it is not carried along here");',
    }));
  },
};

/**
 * The page begins with a network of convolutions and has no sequences: that core is for networks of dense layers as well. All of it, as views
 * show gradients when they are drawn (web/gradients.ts).
 */
const oneCore = {
  name: "one core",
  setup(bundler) {
    bundler.onLoad({ filter: /[\\/]src[\\/]core[\\/]images\.ts$/ }, () => ({
      contents:
        'import { core } from "#core/images-training"; export const imagesBuild = { code: core, rank: 1 };',
      loader: "ts",
      resolveDir: "src/core",
    }));
    for (const [name, build] of Object.entries({ dense: "denseBuild", full: "fullBuild" }))
      bundler.onLoad({ filter: new RegExp(`[\\\\/]src[\\\\/]core[\\\\/]${name}\\.ts$`) }, () => ({
        contents: `export { imagesBuild as ${build} } from "./images.ts";`,
        loader: "ts",
      }));
  },
};

/** What has to do with states that are carried: no network of the page has one. */
const WITHOUT_STATES = {
  "model[\\\\/]states": 'export { Weights as States } from "./weights.ts";',
  "network[\\\\/]states": "export const resetStates = () => {}, keepingStates = (_, ask) => ask();",
  "training[\\\\/]stateful": "export const checkStateful = () => {};",
};

/**
 * Layers of sequences are left out, with their kernels (scripts/cores.mjs) and the reader of their files: no network of the page has
 * one. A model that has one is refused by the name of the layer.
 */
const noSequences = {
  name: "no sequences",
  setup(bundler) {
    const left = new Set(
      readKernels("assembly").flatMap(({ file, core }) => (core === "sequences" ? [basename(file)] : [])),
    );
    // layers without kernels of their own say so themselves
    for (const file of readdirSync("src/layers"))
      if (readFileSync(join("src/layers", file), "utf8").startsWith("// @core sequences"))
        left.add(basename(file, ".ts"));
    bundler.onLoad({ filter: /[\\/]src[\\/]layers[\\/]all\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replaceAll(/^ {2}(\w+): .*\n/gm, (line, name) =>
        left.has(name) ? "" : line,
      ),
      loader: "ts",
    }));
    bundler.onLoad({ filter: /[\\/]src[\\/]layers[\\/]maskedMean\.ts$/ }, () => ({
      contents: "export const leavingPaddingOut = (built) => built;",
    }));
    for (const [file, contents] of Object.entries(WITHOUT_STATES))
      bundler.onLoad({ filter: new RegExp(`[\\\\/]src[\\\\/]${file}\\.ts$`) }, () => ({ contents }));
    bundler.onLoad({ filter: /[\\/]src[\\/]data[\\/]readers[\\/]index\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replace(/^export \{ sequences \}.*\n/m, ""),
      loader: "ts",
    }));
  },
};

/** Presets that only the command line offers, and what it says of them: the page has others (web/digits/settings.ts). */
const fewPresets = {
  name: "few presets",
  setup(bundler) {
    bundler.onLoad({ filter: /[\\/]src[\\/]cli[\\/]presets[\\/](book|sequences)\.ts$/ }, () => ({
      contents: "export const bookPresets = {}, sequencePresets = {};",
    }));
    bundler.onLoad({ filter: /[\\/]src[\\/]cli[\\/]presets[\\/](index|images|single)\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8")
        .replaceAll(/^ {2}(nielsen|table|perceptron): \{\n[\s\S]*?^ {2}\},\n/gm, "")
        .replaceAll(/^ {4}description:\s+".*",\n/gm, "")
        // words of texts: no data of the page has any
        .replace(/^import \{ Vocabulary \} from .*\n/m, "class Vocabulary {}\n"),
      loader: "ts",
    }));
  },
};

/**
 * The chapter that cuts numbers has the reading of them from its own room. Were the library's index to name it as well, it would be in a file
 * that all views load.
 */
const readingApart = {
  name: "reading apart",
  setup(bundler) {
    const named = /^export \{[^}]*\} from "\.\/reading\/index\.ts";$/m;
    bundler.onLoad({ filter: /[\\/]src[\\/]index\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      if (!named.test(text)) throw new Error("build-web: src/index.ts names the reading in another way");
      return { contents: text.replace(named, ""), loader: "ts" };
    });
  },
};

/** What programs ask of outputs besides the rows, training step by step, and what consoles show: the page has its own way to say classes (web/digits/drawing.ts). */
const plainRows = {
  name: "plain rows",
  setup(bundler) {
    const without = (file, found, ...cuts) =>
      bundler.onLoad({ filter: new RegExp(`[\\\\/]src[\\\\/]${file}$`) }, ({ path }) => {
        const contents = cuts.reduce(
          (text, [from, to]) => text.replace(from, to),
          readFileSync(path, "utf8"),
        );
        if (found.test(contents)) throw new Error(`build-web: ${path} is written in another way`);
        return { contents, loader: "ts" };
      });
    without(
      "network[\\\\/]outputs\\.ts",
      /Proxy|argMax|activations\[|#about/,
      [/\nexport const aboutOf =[\s\S]*?\n {2}\};\n/, "\nexport const aboutOf = () => undefined;\n"],
      [/\nclass Indexed[\s\S]*?\n\);\n/, "\nclass Indexed {}\n"],
      [/\n.*\n {2}readonly #about: About;/, ""],
      [/\n {4}this\.#about = about;/, ""],
      [/\n {2}\*\[Symbol\.iterator\][\s\S]*?\n\}\n/, "\n}\n"],
    );
    without(
      "model[\\\\/]model\\.ts",
      /summary\(\)|info\(\)/,
      [/\n {2}summary\(\)[\s\S]*?\n {2}\}\n/, ""],
      [/\n {2}async info\(\)[\s\S]*?\n {2}\}\n/, ""],
    );
    without("model[\\\\/]byHand\\.ts", /async/, [
      /\nasync function step[\s\S]*?(\nexport abstract class ByHand extends \w+)[\s\S]*/,
      "$1 {}\n",
    ]);
    without("metrics[\\\\/]confusion\\.ts", /(shownMatrix|matrixHtml)\(/, [
      /\n {2}\/\*\* What console\.log[\s\S]*?\n {2}\}\n(?=\n {2}\/\*\* Counts)/,
      "",
    ]);
  },
};

/** An output and what it imports at once. */
function reached(metafile, file, seen = new Set()) {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const { path, kind } of metafile.outputs[file].imports)
    if (kind === "import-statement") reached(metafile, path, seen);
  return seen;
}

if (process.argv[1]?.endsWith("buildWeb.mjs")) await buildWeb();
