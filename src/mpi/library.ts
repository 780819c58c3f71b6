/** Which MPI library there is, and how it is called. */
import { env } from "node:process";
import { messageOf, NablaError } from "../errors.ts";
import { type Binding, bindingHere, type Call, type Loaded, SYSTEM, type Value } from "./bindings.ts";

/** Bytes for or from each rank, and where they begin. */
export interface Parts {
  readonly counts: Int32Array;
  readonly places: Int32Array;
}

/** What is called of it. Handles are numbers of one kind or the other; buffers are views. */
export interface Library {
  /** What it says it is: "Open MPI v4.1.4, …" in one line. */
  readonly version: string;
  readonly path: string;
  init(): void;
  rank(): number;
  size(): number;
  allgatherv(
    mine: Uint8Array,
    all: Uint8Array,
    counts: Int32Array,
    places: Int32Array,
    request: Uint8Array,
  ): void;
  /** Of each rank its part of `mine`, into `all`. */
  alltoallv(mine: Uint8Array, sent: Parts, all: Uint8Array, got: Parts, request: Uint8Array): void;
  send(bytes: Uint8Array, to: number, request: Uint8Array): void;
  receive(bytes: Uint8Array, from: number, request: Uint8Array): void;
  /** Whether it is done. */
  test(request: Uint8Array): boolean;
  /** Lets other processes compute. */
  rest(): void;
  /** Gives whole pages of memory back. */
  release?(bytes: Uint8Array): void;
  abort(code: number): void;
  finalize(): void;
}

type Handle = number | bigint;

/** How libraries of one binary interface write handles. */
interface Abi {
  readonly handle: "word" | "int";
  handles(): { readonly world: Handle; readonly byte: Handle };
}
const MPICH: Abi = { handle: "int", handles: () => ({ world: 0x44000000, byte: 0x4c00010d }) };
const STANDARD: Abi = { handle: "word", handles: () => ({ world: 0x101, byte: 0x247 }) };

/**
 * UCX's. Without hooks it does not know which memory it may keep registered; it copies, or registers anew. Of signs of life that nobody
 * waits for at the end it warns, on the standard output, where a program's own words are.
 */
const UCX = {
  UCX_MEM_EVENTS: "n",
  UCX_MEM_MALLOC_HOOKS: "n",
  UCX_MEM_MMAP_HOOK_MODE: "none",
  UCX_LOG_LEVEL: "error",
  UCX_LOG_FILE: "stderr",
};

const OPEN_MPI_NAMES = ["libmpi.so.40", "libmpi.so.80"];
const MPICH_NAMES = ["libmpich.so.12", "libmpi.so.12"];
const STANDARD_NAMES = ["libmpi_abi.so.1", "libmpi_abi.so.0"];
const OF_MAC = ["libmpi.dylib", "libmpi.40.dylib", "libmpi.12.dylib", "libmpich.12.dylib"];

/** What a launcher tells its processes: how many there are. 1 where NABLA_MPI is "off": each is to be by itself. */
export function launchedSize(): number {
  const { NABLA_MPI, OMPI_COMM_WORLD_SIZE, PMI_SIZE, PMIX_RANK, SLURM_NTASKS } = env;
  if (NABLA_MPI === "off") return 1;
  const ofSlurm = PMIX_RANK === undefined ? undefined : SLURM_NTASKS;
  const told = Number(OMPI_COMM_WORLD_SIZE ?? PMI_SIZE ?? ofSlurm ?? 1);
  return Number.isInteger(told) && told > 0 ? told : 1;
}

/**
 * The library of the launcher first: that of another would find itself alone. Where there is PMIx alone (srun --mpi=pmix), Open MPI: Debian's
 * MPICH does not speak it.
 */
const candidates = (): string[] => [
  ...(env.OMPI_COMM_WORLD_SIZE === undefined && (env.PMIX_RANK === undefined || env.PMI_RANK !== undefined)
    ? [...STANDARD_NAMES, ...MPICH_NAMES, ...OPEN_MPI_NAMES]
    : [...OPEN_MPI_NAMES, ...STANDARD_NAMES, ...MPICH_NAMES]),
  ...OF_MAC,
];

/** Where no launcher has started others: needs no library. */
export const alone: Library = {
  version: "none",
  path: "",
  init() {},
  rank: () => 0,
  size: () => 1,
  allgatherv: (mine, all) => all.set(mine),
  alltoallv() {},
  send() {},
  receive() {},
  test: () => true,
  rest() {},
  abort() {},
  finalize() {},
};

/** @param wanted the library's file, instead of what NABLA_MPI or the system names */
export async function openLibrary(wanted = env.NABLA_MPI): Promise<Library> {
  const binding = await bindingHere();
  const system = systemOf(binding);
  // MPICH's transport takes the place of malloc and munmap, in a process that has been running for long: Node crashes, once in a dozen jobs
  for (const [name, value] of Object.entries(UCX)) system.setDefault(name, value);
  const missed: string[] = [];
  for (const path of wanted ? [wanted] : candidates()) {
    let loaded: Loaded;
    try {
      // its parts look for each other's symbols
      loaded = binding.load(path, true);
    } catch (cause) {
      missed.push(`${path} (${messageOf(cause).replace(/\s+/g, " ")})`);
      continue;
    }
    return bind(path, loaded, system);
  }
  throw new NablaError(
    wanted
      ? `MPI: NABLA_MPI: ${missed[0]} cannot be loaded; expected the file of an MPI library, as libmpi.so.40 or libmpich.so.12`
      : `MPI: no library was found: tried ${candidates().join(", ")}. Install one (Debian: apt-get install openmpi-bin, or mpich), or say where it is: NABLA_MPI=/path/libmpi.so`,
  );
}

function bind(path: string, library: Loaded, { rest, release }: System): Library {
  const missing = (name: string): never => {
    throw new NablaError(`MPI: ${path} has no ${name}: it is no MPI library of version 3 or newer`);
  };
  const declare: Loaded["func"] = (name, result, parameters) => {
    try {
      return library.func(name, result, parameters);
    } catch {
      return missing(name);
    }
  };
  const text = new Uint8Array(new ArrayBuffer(8192));
  const length = new Int32Array(new ArrayBuffer(4));
  declare("MPI_Get_library_version", "int", ["buffer", "buffer"])(text, length);
  const version = new TextDecoder()
    .decode(text.subarray(0, length[0]))
    .replace(/[\s\0]+/g, " ")
    .trim();
  const abi = abiOf(version, path, declare);
  const h = abi.handle;
  const checked = (name: string, ...parameters: Value[]) => {
    const call = declare(name, "int", parameters);
    return (...args: unknown[]): void => {
      const code = call(...args);
      if (code !== 0) throw new NablaError(`MPI: ${name} of ${path} failed with code ${code}`);
    };
  };
  const init = checked("MPI_Init_thread", "buffer", "buffer", "int", "buffer");
  const commRank = checked("MPI_Comm_rank", h, "buffer");
  const commSize = checked("MPI_Comm_size", h, "buffer");
  // mine, n, type; all, counts, places, type; world, request
  const gatherv = checked(
    "MPI_Iallgatherv",
    ...(["buffer", "int", h, "buffer", "buffer", "buffer", h, h, "buffer"] as const),
  );
  // mine, counts, places, type; all, counts, places, type; world, request
  const toAll = ["buffer", "buffer", "buffer", h] as const;
  const alltoallv = checked("MPI_Ialltoallv", ...toAll, ...toAll, h, "buffer");
  // bytes, n, type, whom, tag, world, request
  const message = ["buffer", "int", h, "int", "int", h, "buffer"] as const;
  const isend = checked("MPI_Isend", ...message);
  const irecv = checked("MPI_Irecv", ...message);
  const mpiTest = checked("MPI_Test", "buffer", "buffer", "buffer");
  const mpiAbort = declare("MPI_Abort", "int", [h, "int"]);
  const mpiFinalize = declare("MPI_Finalize", "int", []);
  const flag = new Int32Array(new ArrayBuffer(4));
  const status = new Uint8Array(new ArrayBuffer(256));
  let world: Handle;
  let byte: Handle;
  const one = (call: ReturnType<typeof checked>): number => {
    call(world, flag);
    return flag[0]!;
  };
  return {
    version,
    path,
    init() {
      init(null, null, 0, flag);
      ({ world, byte } = abi.handles());
    },
    rank: () => one(commRank),
    size: () => one(commSize),
    allgatherv: (mine, all, counts, places, request) =>
      gatherv(mine, mine.length, byte, all, counts, places, byte, world, request),
    alltoallv: (mine, sent, all, got, request) =>
      alltoallv(mine, sent.counts, sent.places, byte, all, got.counts, got.places, byte, world, request),
    send: (bytes, to, request) => isend(bytes, bytes.length, byte, to, TAG, world, request),
    receive: (bytes, from, request) => irecv(bytes, bytes.length, byte, from, TAG, world, request),
    test(request) {
      mpiTest(request, flag, status);
      return flag[0] !== 0;
    },
    rest,
    release,
    abort: (code) => void mpiAbort(world, code),
    finalize: () => void mpiFinalize(),
  };
}

/** Of the messages that say somebody is there. */
const TAG = 7;

function abiOf(version: string, path: string, declare: Loaded["func"]): Abi {
  if (/libmpi_abi/.test(path)) return STANDARD;
  if (/Open MPI/i.test(version)) {
    const world = declare("MPI_Comm_f2c", "word", ["int"]);
    const byte = declare("MPI_Type_f2c", "word", ["int"]);
    // which may be called once it is initialised
    return { handle: "word", handles: () => ({ world: world(0), byte: byte(1) }) };
  }
  if (/MPICH|Intel|MVAPICH|Cray/i.test(version)) return MPICH;
  throw new NablaError(
    `MPI: ${path} is "${version.slice(0, 80)}", whose binary interface is not known; expected Open MPI, one that is compatible with MPICH, or libmpi_abi.so (MPI 5)`,
  );
}

/** What is called of the system, where it has that. */
interface System {
  /** Lets other processes compute. */
  rest(): void;
  /** Gives whole pages of memory back, which hold zeros from then on. Only where Linux's rules hold. */
  release(bytes: Uint8Array): void;
  /** Sets a variable of the environment that libraries see, unless it is set. */
  setDefault(name: string, value: string): void;
}

function systemOf(binding: Binding): System {
  const func = (name: string, ...parameters: Value[]): Call | undefined => {
    for (const path of SYSTEM)
      try {
        return binding.load(path).func(name, "int", parameters);
      } catch {
        // the next
      }
    return undefined;
  };
  const text = (words: string) => new TextEncoder().encode(`${words}\0`);
  const rest = func("sched_yield");
  const madvise = process.platform === "linux" ? func("madvise", "buffer", "word", "int") : undefined;
  const setenv = func("setenv", "buffer", "buffer", "int");
  return {
    rest: () => void rest?.(),
    // MADV_DONTNEED
    release: (bytes) => void madvise?.(bytes, bytes.length, 4),
    setDefault(name, value) {
      // Bun's own variables are not those of libraries
      setenv?.(text(name), text(value), 0);
      env[name] ??= value;
    },
  };
}
