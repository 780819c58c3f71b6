/** The compiled core: made once from the bytes the package carries, or handed over by a program that has it already. */

import { messageOf, NablaError } from "../errors.ts";
import { attempt } from "../host.ts";
import { isA } from "../tags.ts";
import { inTime, told } from "../waits.ts";
import { decodeBytes } from "./bytes.ts";
import { layoutOf } from "./layouts.ts";

/** What a core can be made of: `loadCore` says how each is treated. */
export type CoreSource =
  | WebAssembly.Module
  | ArrayBuffer
  | ArrayBufferView<ArrayBuffer>
  | Response
  | URL
  | string;

/** A build of the core: one of those the package carries, or another. */
export interface Build {
  /** Bytes as text (see bytes.ts), bytes, or a module where bytes may not be compiled. */
  readonly code: string | ArrayBuffer | ArrayBufferView<ArrayBuffer> | WebAssembly.Module;
  /** Of two builds the one with the greater has every kernel of the other. Default 0. */
  readonly rank?: number;
  /**
   * The code with the kernels of losses, gradients and steps as well, which predictions do not need; none where it has them.
   * @param who begins errors
   */
  training?(who: string): Promise<{ readonly core: Build["code"] }>;
}

/** Of the builds that layers ask for the one that has all of their kernels. */
export const largest = (builds: readonly (Build | undefined)[]): Build | undefined =>
  builds.reduce((most, build) => ((build?.rank ?? 0) > (most?.rank ?? 0) ? build : most), undefined);

/** Each is compiled once, when it is first needed. */
const modules = /* @__PURE__ */ new WeakMap<Build, WebAssembly.Module>();
/** What loadCore() was given: it has every kernel, so it stands for any build. */
let loaded: WebAssembly.Module | undefined;

/** Models that are made from here on are instances of this module, which has every kernel; undefined: of their own builds again. */
export function standIn(module: WebAssembly.Module | undefined): void {
  loaded = module;
}

/** The module models are instances of. @throws NablaError where the engine cannot or may not compile it */
export function compiledCore(build: Build): WebAssembly.Module {
  return loaded ?? compiled(build);
}

/** The module of a build. @throws NablaError where the engine cannot or may not compile it */
export function compiled(build: Build): WebAssembly.Module {
  const found = modules.get(build);
  if (found) return found;
  requireWebAssembly();
  const module = made(build.code);
  modules.set(build, module);
  return module;
}

const isBytes = (code: BufferSource | WebAssembly.Module): code is BufferSource =>
  ArrayBuffer.isView(code) || isA("ArrayBuffer", code);

function made(code: Build["code"]): WebAssembly.Module {
  if (typeof code !== "string" && !isBytes(code)) {
    // the module may have been made in another realm, whose classes are others; the loader asks for this one's
    if (!(code instanceof WebAssembly.Module)) Object.setPrototypeOf(code, WebAssembly.Module.prototype);
    return code;
  }
  const bytes = typeof code === "string" ? decodeBytes(code) : code;
  try {
    return new WebAssembly.Module(bytes);
  } catch (cause) {
    throw refusal(bytes, cause);
  }
}

/**
 * Makes models from here on use this copy of the core. Nobody has to call it: the package includes the core. It is for
 * hosts that load it differently, such as a page that wants the bytes cached apart from its scripts, or a bundler that knows
 * neither the condition `workerd` nor `edge-light`.
 *
 *     import core from "nabla/core.wasm";   // Cloudflare: a WebAssembly.Module
 *     await loadCore(core);
 *
 * @param source a compiled module; the bytes of `nabla/core.wasm`; a Response with them (compiled while it arrives); or where
 *   to fetch them: a URL or a string
 * @throws NablaError if there is nothing to load, if it is not this core, or if the engine refuses it
 */
export async function loadCore(source: CoreSource): Promise<void> {
  requireWebAssembly();
  const module = await moduleOf(source);
  const names = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
  if (!["memory", "run", "BASE", "DENSE_FORWARD"].every((name) => names.has(name)))
    throw new NablaError(
      `loadCore: expected the core of Nabla, got another WebAssembly module (its exports: ${[...names].slice(0, 5).join(", ") || "none"}); it is in the package as nabla/core.wasm`,
    );
  // throws where it has lost what it says about its records
  layoutOf(module, "Step");
  loaded = module;
}

async function moduleOf(source: CoreSource): Promise<WebAssembly.Module> {
  if (typeof source === "string" || isA("URL", source)) return fetched(source);
  if (isA("Response", source)) return bytesOf(source);
  if (ArrayBuffer.isView(source) || isA("ArrayBuffer", source)) return compile(source as BufferSource);
  if (isA("WebAssembly.Module", source)) return source;
  throw new NablaError(
    `loadCore: expected a WebAssembly.Module, bytes, a Response or a URL, got ${source === null ? "null" : typeof source}`,
  );
}

async function fetched(url: string | URL): Promise<WebAssembly.Module> {
  const fetching = fetch(url).catch((cause: unknown) => {
    throw new NablaError(`loadCore: ${url} could not be fetched: ${messageOf(cause)}`, { cause });
  });
  return bytesOf(await told(fetching, `loadCore: ${url}`));
}

async function bytesOf(response: Response): Promise<WebAssembly.Module> {
  if (!response.ok)
    throw new NablaError(
      `loadCore: ${response.url || "the response"}: expected the bytes of the core, got status ${response.status}`,
    );
  return compile(await told(response.arrayBuffer(), `loadCore: ${response.url || "the response"}`));
}

/** Milliseconds the engine may compile in a thread of its own; it takes tens. */
const PATIENCE = 10_000;

async function compile(bytes: BufferSource): Promise<WebAssembly.Module> {
  const here = () => new WebAssembly.Module(bytes);
  try {
    // where there is no other thread, or it does not answer, in this one
    return await inTime(
      attempt(() => WebAssembly.compile(bytes).catch(here)) ?? Promise.resolve(here()),
      PATIENCE,
      here,
    );
  } catch (cause) {
    const view = ArrayBuffer.isView(bytes) ? bytes : new Uint8Array(bytes);
    const magic = new Uint8Array(view.buffer, view.byteOffset, Math.min(4, view.byteLength));
    if (String(magic) !== "0,97,115,109")
      throw new NablaError(
        "loadCore: these bytes are not WebAssembly (a page that says the file was not found?); expected those of nabla/core.wasm",
        { cause },
      );
    throw refusal(bytes, cause);
  }
}

/** Why an engine did not compile valid bytes: it may not, or it cannot. */
function refusal(bytes: BufferSource, cause: unknown): NablaError {
  let able = false;
  try {
    able = WebAssembly.validate(bytes);
  } catch {
    // may not even look at them
    able = true;
  }
  return new NablaError(
    able
      ? "the core may not be compiled here: this host does not let a program turn bytes into WebAssembly. In a page, the " +
          "Content-Security-Policy has to allow 'wasm-unsafe-eval'. In Cloudflare Workers and Vercel's edge runtime bundle with the " +
          'condition "workerd" or "edge-light" (docs/deploy.md), or import "nabla/core.wasm" and call loadCore(core) first'
      : "the core could not be compiled: this engine lacks 128-bit SIMD in WebAssembly; use Chrome 91, Firefox 89, Safari 16.4, " +
          "Node 20 or newer (Chrome compiles it outside workers from 114 on)",
    { cause },
  );
}

function requireWebAssembly(): void {
  try {
    if (WebAssembly.Module) return;
  } catch {
    // not even looked at
  }
  throw new NablaError(
    "there is no WebAssembly in this engine (some browsers switch it off in a lockdown or high-security mode); Nabla cannot compute without it",
  );
}
