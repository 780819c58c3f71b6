// Loaded before a program (`node --import preload.mjs`): it counts what the program asks of the file system in one folder, and at
// a chosen call does what a crash or a broken disk would do. The program itself is what ships, unchanged.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { resolve, sep } from "node:path";
import { isMainThread } from "node:worker_threads";

/**
 * NABLA_FAULTS, as JSON.
 *
 * @typedef {object} Faults
 * @property {string} folder calls that concern it are counted, from 1; all others are left alone
 * @property {{ at: number, how: "before" | "during" | "after", signal?: NodeJS.Signals }} [kill] SIGKILL at that call: before it,
 *   during it (half of the bytes of a write are written, anything else is on its way in another thread), or after it. Another
 *   signal, which may be caught, is not for "during"
 * @property {{ from: number, room: number, times?: number }} [full] from that call on the folder holds only `room` bytes more; after
 *   so many refused writes there is room again. Like a disk it takes what fits of a write and refuses the next one
 * @property {{ from: number, code: string, times?: number }} [fail] from that call on whatever changes the folder fails so, so many times
 * @property {{ at: number, words: string[] }} [run] before that call another program does something, and this one waits for it. Its
 *   { code, stdout, stderr } goes to the trace
 * @property {string} [trace] a file elsewhere that gets a JSON line for each call, and at the end one with the number of calls
 * @property {boolean} [contents] with what is written
 */

/**
 * A call: its name, its arguments, the file it is about, and the descriptor where that is open.
 *
 * @typedef {object} Call
 * @property {string} name
 * @property {unknown[]} args
 * @property {string} where
 * @property {number} [fd]
 */

const CHANGES =
  "link rename rm unlink mkdir mkdtemp rmdir writeFile appendFile copyFile symlink truncate ftruncate write writev chmod fchmod";
const READS =
  "access stat lstat fstat realpath readFile readdir opendir readlink fsync fdatasync close sync datasync read utimes futimes";
const changes = new Set(CHANGES.split(" "));
/** Of open files, by descriptor or as methods of a handle. */
const OPENED =
  "write writev writeFile appendFile truncate ftruncate chmod fchmod fstat stat fsync fdatasync sync datasync close read readFile futimes";

// what this file itself uses is not counted
const real = { ...fs };

/** @param {Faults} faults @returns {(call: Call, make: (args: unknown[]) => unknown, refuse: (error: Error) => unknown, then: (result: unknown, last: () => void) => unknown) => unknown} */
function between({ folder, kill, full, fail, run, trace, contents }) {
  const inside = resolve(folder);
  const log = trace === undefined ? undefined : real.openSync(trace, "a");
  /** @param {object} line */
  const note = (line) => log !== undefined && real.writeSync(log, `${JSON.stringify(line)}\n`);
  const die = () => void process.kill(process.pid, kill?.signal ?? "SIGKILL");
  let calls = 0;
  let refused = 0;
  /** What the folder holds once it is nearly full. @type {number | undefined} */
  let capacity;
  process.on("exit", () => note({ calls, refused }));

  /** Bytes of all files in the folder. A file of two names counts once. */
  const used = () => {
    const sizes = new Map();
    for (const name of real.readdirSync(inside)) {
      const found = real.statSync(resolve(inside, name), { throwIfNoEntry: false });
      if (found) sizes.set(found.ino, found.size);
    }
    return [...sizes.values()].reduce((sum, size) => sum + size, 0);
  };
  /** @param {string} code @param {string} name */
  const refusal = (code, name) => {
    refused++;
    note({ refused: name, code });
    return Object.assign(new Error(`${code}: made to fail, ${name}`), { code, syscall: name });
  };

  return ({ name, args, where, fd }, make, refuse, then) => {
    const number = ++calls;
    const flags = name === "open" && typeof args[1] === "string" ? args[1] : undefined;
    const to = typeof args[1] === "string" && flags === undefined ? args[1] : undefined;
    const bytes = name === "write" && args[0] instanceof Uint8Array ? args[0] : undefined;
    const offset = typeof args[1] === "number" ? args[1] : 0;
    let length = 0;
    if (bytes) length = typeof args[2] === "number" ? args[2] : bytes.length - offset;
    else if (/^(write|append)File$/.test(name)) length = 1;
    const data =
      contents && bytes ? Buffer.from(bytes.subarray(offset, offset + length)).toString("base64") : undefined;
    note({ call: number, name, where, flags, to, length, data });
    if (run?.at === number) {
      const [file, ...words] = run.words;
      const { NABLA_FAULTS: _, ...env } = process.env;
      const { status, stdout, stderr } = spawnSync(file, words, { encoding: "utf8", env });
      note({ code: status, stdout, stderr });
    }
    if (kill?.at === number && kill.how === "before") die();
    const writing = changes.has(name) || (flags !== undefined && /[wa+]/.test(flags));
    if (fail && writing && number >= fail.from && refused < (fail.times ?? Infinity))
      return refuse(refusal(fail.code, name));
    if (full && number >= full.from && refused < (full.times ?? Infinity) && length) {
      const room = Math.max(0, (capacity ??= used() + full.room) - used());
      if (room === 0) return refuse(refusal("ENOSPC", name));
      length = Math.min(length, room);
      if (bytes) args = [bytes, offset, length, ...args.slice(3)];
    }
    if (kill?.at === number && kill.how === "during") {
      if (bytes && fd !== undefined) real.writeSync(fd, bytes, offset, Math.floor(length / 2));
      else make(args);
      die();
    }
    const result = make(args);
    return kill?.at === number && kill.how === "after" ? then(result, die) : result;
  };
}

/** For what is done when it returns. @param {unknown} result @param {() => void} last */
function after(result, last) {
  last();
  return result;
}

/** @param {Faults} faults */
function install(faults) {
  const around = between(faults);
  const inside = resolve(faults.folder);
  /** @param {unknown} path */
  const concerns = (path) => {
    if (typeof path !== "string") return false;
    const whole = resolve(path);
    return whole === inside || whole.startsWith(inside + sep);
  };
  /** Files of the folder that are open. @type {Map<number, string>} */
  const open = new Map();
  /** @typedef {(...args: any[]) => any} Any */

  /** @param {string} name @param {Any} make @param {any[]} args @param {string} where @param {number} [fd] */
  const promised = (name, make, args, where, fd) =>
    around(
      { name, args, where, fd },
      (given) => make(...given),
      (error) => Promise.reject(error),
      (result, last) => /** @type {Promise<unknown>} */ (result).finally(last),
    );

  /** Counts what is done with a handle. @param {any} handle @param {string} where */
  const watched = (handle, where) => {
    for (const name of OPENED.split(" ")) {
      if (typeof handle[name] !== "function") continue;
      const method = handle[name].bind(handle);
      const value = (/** @type {any[]} */ ...args) => promised(name, method, args, where, handle.fd);
      Object.defineProperty(handle, name, { value });
    }
    return handle;
  };

  const names = ["open", ...CHANGES.split(" "), ...READS.split(" ")];
  const all = /** @type {Record<string, Any>} */ (/** @type {unknown} */ (fs));
  const later = /** @type {Record<string, Any>} */ (/** @type {unknown} */ (fs.promises));
  /** Which file a call is about, if it is one of the folder. @param {any[]} args */
  const fileOf = (args) => {
    const found = typeof args[0] === "number" ? open.get(args[0]) : args.slice(0, 2).find(concerns);
    return found === undefined ? undefined : resolve(found);
  };
  for (const name of names) {
    const promise = later[name];
    if (promise)
      later[name] = (...args) => {
        const where = fileOf(args);
        if (where === undefined) return promise(...args);
        const result = promised(name, promise, args, where);
        return name === "open"
          ? /** @type {Promise<any>} */ (result).then((handle) => watched(handle, where))
          : result;
      };
    // of a descriptor, the rest of the arguments is what a handle's method gets
    for (const [called, ending] of [
      [name, ""],
      [`${name}Sync`, "Sync"],
    ]) {
      const before = all[called];
      if (!before) continue;
      all[called] = (...args) => {
        const where = fileOf(args);
        if (where === undefined) return before(...args);
        const fd = typeof args[0] === "number" ? args[0] : undefined;
        const own = fd === undefined ? [] : [fd];
        if (name === "close") open.delete(/** @type {number} */ (fd));
        const call = { name, args: args.slice(own.length), where, fd };
        if (ending)
          return around(
            call,
            (given) => {
              const result = before(...own, ...given);
              if (name === "open") open.set(result, where);
              return result;
            },
            (error) => {
              throw error;
            },
            after,
          );
        const done = args.at(-1);
        return around(
          call,
          (given) =>
            before(...own, ...given.slice(0, -1), (/** @type {any[]} */ ...results) => {
              if (name === "open" && !results[0]) open.set(results[1], where);
              done(...results);
            }),
          (error) => process.nextTick(done, error),
          after,
        );
      };
    }
  }
  syncBuiltinESMExports();
}

// a training in a thread writes nothing there
if (process.env.NABLA_FAULTS && isMainThread) install(JSON.parse(process.env.NABLA_FAULTS));
