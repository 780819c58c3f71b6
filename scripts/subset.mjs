// Cores with fewer kernels, for programs that need no more. They are cut out of the core after it was compiled: the same
// functions, so the same bits and the same speed.
import { createRequire } from "node:module";

// the compiler's own copy of binaryen
const require = createRequire(import.meta.url);
const { default: binaryen } = await import(
  createRequire(require.resolve("assemblyscript/package.json")).resolve("binaryen")
);
const { Features, getExportInfo, getExpressionInfo, getFunctionInfo, getGlobalInfo } = binaryen;

/** What every engine with SIMD has, and the compiler may use. */
const FEATURES =
  Features.SIMD128 |
  Features.BulkMemory |
  Features.BulkMemoryOpt |
  Features.SignExt |
  Features.NontrappingFPToInt |
  Features.MutableGlobals;

/** What the names of globals begin with that hold a number for the façade. */
export const CONSTANT = "constant ";

/** Index 0 of the table stays free, as compiled: a kernel's number is never 0. */
const FIRST = 1;

/** Plans begin here where there is less data than that, as they always did: tapes can be compared with those of earlier versions. */
const LEAST_BASE = 576;

/**
 * Optimizes a core for size. Its kernels compute all of their outputs, so `part` and `parts` are constants. Of what was cut some functions
 * have only one caller left. Indices of functions called most become short.
 */
function shrink(module, kernels) {
  const [PART, PARTS] = [2, 3];
  const { i32, local, block } = module;
  for (const name of kernels) {
    const kernel = module.getFunction(name);
    const { body } = getFunctionInfo(kernel);
    const whole = [local.set(PART, i32.const(0)), local.set(PARTS, i32.const(1)), body];
    binaryen.Function.setBody(kernel, block(null, whole));
  }
  binaryen.setOptimizeLevel(2);
  binaryen.setShrinkLevel(2);
  module.runPasses(["precompute-propagate"]);
  module.optimize();
  module.runPasses(["reorder-functions"]);
}

/**
 * AssemblyScript keeps an object in memory for each function whose index is asked for, and a start function that reads them
 * into globals. Here kernels become constants; objects, start function and every function that nothing wanted reaches go.
 *
 * @param {Uint8Array} wasm the core as compiled
 * @param {readonly string[]} [wanted] names of the exports to keep, besides memory; kernels are numbered in their order. Default: all
 * @param {{ small?: boolean }} [options] small: optimizes what is left for size, to be run without shares. The bits stay, the functions do not
 * @returns {{ wasm: Uint8Array, names: { functions: string[], globals: string[] } }} names: as the module before has them, in this one's order
 */
export function subset(wasm, wanted, { small = false } = {}) {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm));
  for (const name of wanted ?? [])
    if (!(name in exports)) throw new Error(`there is no ${name} among the core's exports`);
  const module = binaryen.readBinary(wasm);
  module.setFeatures(FEATURES);
  const objects = functionObjects(module);
  const segments = dataWithout(module, [...objects.values()]);
  const elements = binaryen.getElementSegmentInfo(module.getElementSegmentByIndex(0));
  const memory = new DataView(exports.memory.buffer);
  const kept = [];
  const every = Array.from({ length: module.getNumExports() }, (_, i) =>
    getExportInfo(module.getExportByIndex(i)),
  );
  if (wanted) every.sort((a, b) => wanted.indexOf(a.name) - wanted.indexOf(b.name));
  for (const { name, kind, value } of every) {
    const keep = name === "memory" || wanted === undefined || wanted.includes(name);
    if (!keep || kind === binaryen.ExternalGlobal) module.removeExport(name);
    if (!keep || kind !== binaryen.ExternalGlobal) continue;
    let number = exports[name].value;
    const object = objects.get(value);
    if (object !== undefined)
      number = FIRST + kept.push(elements.data[memory.getUint32(object, true) - FIRST]) - 1;
    // what lies behind the data that is left
    if (name === "BASE")
      number = Math.max(LEAST_BASE, ...segments.map(({ end }) => Math.ceil(end / 16) * 16));
    module.addGlobal(CONSTANT + name, binaryen.i32, false, module.i32.const(number));
    module.addGlobalExport(CONSTANT + name, name);
  }
  module.setStart(0);
  module.removeElementSegment(elements.name);
  module.addActiveElementSegment(elements.table, "kernels", kept, module.i32.const(FIRST));
  const { initial, max = -1 } = module.getMemoryInfo();
  module.setMemory(
    initial,
    max,
    null,
    segments.map(({ at, data }) => ({ offset: module.i32.const(at), data, passive: false })),
  );
  if (small) shrink(module, kept);
  module.runPasses(["remove-unused-module-elements", "duplicate-function-elimination", "reorder-locals"]);
  if (!module.validate()) throw new Error("what is left of the core is no valid module");
  const bytes = module.emitBinary();
  const list = (size, of) => Array.from({ length: size }, (_, i) => of(i).name);
  const names = {
    functions: list(module.getNumFunctions(), (i) => getFunctionInfo(module.getFunctionByIndex(i))),
    globals: list(module.getNumGlobals(), (i) => getGlobalInfo(module.getGlobalByIndex(i))),
  };
  module.dispose();
  return { wasm: bytes, names };
}

/** The module without these globals. @param {Uint8Array} wasm @param {readonly string[]} names they are exported by */
export function withoutGlobals(wasm, names) {
  const module = binaryen.readBinary(wasm);
  module.setFeatures(FEATURES);
  for (const name of names) module.removeExport(name);
  module.runPasses(["remove-unused-module-elements"]);
  const bytes = module.emitBinary();
  module.dispose();
  return bytes;
}

/** Where the object of each kernel lies, by the global that holds its index. */
function functionObjects(module) {
  const objects = new Map();
  const call = getExpressionInfo(getFunctionInfo(module.getStart()).body);
  for (const child of getExpressionInfo(getFunctionInfo(module.getFunction(call.target)).body).children) {
    const { id, name, value } = getExpressionInfo(child);
    const { id: kind, ptr, value: constant } = id === binaryen.GlobalSetId ? getExpressionInfo(value) : {};
    if (kind === binaryen.LoadId) objects.set(name, getExpressionInfo(ptr).value);
    // exported ones (BASE) are read from an instance; others have to be what they are without a start function
    else if (
      kind !== binaryen.ConstId ||
      (typeof constant !== "number" && constant.some((byte) => byte !== 0))
    )
      throw new Error("the core's start function does something new: see scripts/subset.mjs");
  }
  return objects;
}

/** The data segments that hold something else than function objects: 20 bytes of header, then 8. */
function dataWithout(module, objects) {
  const segments = [];
  for (let i = 0; i < module.getNumDataSegments(); i++) {
    const { offset: at, data } = module.getDataSegmentInfo(module.getDataSegmentByIndex(i));
    const end = at + data.byteLength;
    if (objects.some((object) => at >= object - 20 && end <= object + 8)) continue;
    segments.push({ at, end, data: new Uint8Array(data) });
  }
  return segments;
}
