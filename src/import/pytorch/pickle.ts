/**
 * Pickles, as far as state dicts need them. A pickle is a program for a machine with a stack; here it can make numbers, texts, lists,
 * dictionaries and tensors, and nothing else. What else it names is not looked up, but reported. Source: CPython, Lib/pickletools.py.
 */
import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { fromUtf8 } from "../../host.ts";
import { isA } from "../../tags.ts";

/** The values of several tensors, by the name of their file in the archive. */
export class Storage {
  /** @param type as PyTorch calls it: FloatStorage */
  constructor(
    readonly type: string,
    readonly key: string,
    readonly length: number,
  ) {}
}

/** A tensor: where in a storage it lies. */
export class PickledTensor {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

/** Something that is named and is not to be had. */
class Stranger {}
class Named {
  constructor(readonly name: string) {}
}
const MARK = Symbol("mark");
/** The last instruction. */
const STOP = 0x2e;

const TENSOR = "torch._utils._rebuild_tensor_v2";
const PARAMETER = "torch._utils._rebuild_parameter";
const DICTIONARY = "collections.OrderedDict";
/** What a pickle may name. */
const isKnown = (name: string): boolean =>
  name === TENSOR ||
  name === PARAMETER ||
  name === DICTIONARY ||
  /^torch\.[A-Z][A-Za-z0-9]*Storage$/.test(name);
/** As many as an error names. */
const SHOWN = 8;

const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
const counts = (value: unknown): readonly number[] | undefined =>
  Array.isArray(value) && value.every(isCount) ? value : undefined;

/**
 * What a pickle makes: numbers, texts, arrays (its lists and tuples), Maps (its dictionaries), PickledTensors.
 * @throws NablaError for damaged ones, and for those that name anything but tensors: all names at once
 */
export function unpickled(bytes: Uint8Array, name: string): unknown {
  const strangers = new Set<string>();
  const broken = (why: string) =>
    new NablaError(`${name}: damaged: its pickle ${why}; copy or save it again`);
  try {
    const result = run(bytes, broken, strangers);
    if (strangers.size === 0) return result;
  } catch (error) {
    // what a stranger would have made may be needed for what comes after it
    if (strangers.size === 0) throw error;
  }
  const names = [...strangers];
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : "";
  throw new NablaError(
    `${name}: its pickle names ${names.slice(0, SHOWN).map(short).join(", ")}${more}; a pickle is a program, and only tensors are read from it: save the weights alone, torch.save(model.state_dict(), "weights.pt")`,
    { details: { names } },
  );
}

const short = (text: string): string => (text.length > 80 ? show(`${text.slice(0, 80)}…`) : show(text));

function run(bytes: Uint8Array, broken: (why: string) => NablaError, strangers: Set<string>): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stack: unknown[] = [];
  const memo = new Map<number, unknown>();
  let at = 0;
  const take = (n: number): number => {
    if (n > bytes.length - at) throw broken("ends too early");
    at += n;
    return at - n;
  };
  const u1 = () => bytes[take(1)]!;
  const u4 = () => view.getUint32(take(4), true);
  const text = (n: number): string => {
    const from = take(n);
    try {
      // a copy: browsers refuse to decode shared memory
      return fromUtf8(bytes.slice(from, from + n));
    } catch {
      throw broken("has a text that is not UTF-8");
    }
  };
  const line = (): string => {
    const from = at;
    while (bytes[take(1)] !== 10);
    return String.fromCharCode(...bytes.subarray(from, Math.min(at - 1, from + 1000)));
  };
  const pop = (): unknown => {
    if (stack.length === 0 || stack[stack.length - 1] === MARK) throw broken("takes what is not there");
    return stack.pop();
  };
  const top = (): unknown => {
    if (stack.length === 0) throw broken("takes what is not there");
    return stack[stack.length - 1];
  };
  const marked = (): unknown[] => {
    const mark = stack.lastIndexOf(MARK);
    if (mark < 0) throw broken("takes what is not there");
    const items = stack.splice(mark + 1);
    stack.pop();
    return items;
  };
  const several = (n: number): unknown[] => Array.from({ length: n }, pop).reverse();
  const put = (into: unknown, items: readonly unknown[]) => {
    if (into instanceof Stranger) return;
    if (!isA("Map", into) || items.length % 2 === 1)
      throw broken("puts what belongs into a dictionary elsewhere");
    const map = into as Map<unknown, unknown>;
    for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1]);
  };
  const append = (into: unknown, items: readonly unknown[]) => {
    if (into instanceof Stranger) return;
    if (!Array.isArray(into)) throw broken("puts what belongs into a list elsewhere");
    for (const item of items) into.push(item);
  };
  const global = (module: string, own: string): unknown => {
    const name = `${module}.${own}`;
    if (isKnown(name)) return new Named(name);
    strangers.add(name);
    return new Stranger();
  };
  /** A whole number of n bytes, the last of which has the sign. */
  const long = (n: number): number => {
    const from = take(n);
    let [value, all] = [0, 1];
    for (let i = n - 1; i >= 0; i--, all *= 256) value = value * 256 + bytes[from + i]!;
    return n > 0 && bytes[from + n - 1]! > 127 ? value - all : value;
  };
  const call = (fn: unknown, given: unknown): unknown => {
    if (fn instanceof Stranger) return fn;
    if (!(fn instanceof Named) || !Array.isArray(given)) throw broken("calls what is no function");
    if (fn.name === DICTIONARY) {
      const map = new Map();
      for (const pair of Array.isArray(given[0]) ? given[0] : [])
        put(map, Array.isArray(pair) ? pair : [pair]);
      return map;
    }
    if (fn.name === PARAMETER) return given[0];
    if (fn.name !== TENSOR) throw broken(`calls ${fn.name}`);
    const [storage, offset, shape, strides] = given;
    const [sizes, steps] = [counts(shape), counts(strides)];
    if (storage instanceof Stranger) return storage;
    if (!(storage instanceof Storage) || !isCount(offset) || !sizes || sizes.length !== steps?.length)
      throw broken("has a tensor that is none");
    return new PickledTensor(storage, offset, sizes, steps);
  };
  const persistent = (id: unknown): unknown => {
    const [what, type, key, , length] = Array.isArray(id) ? id : [];
    if (type instanceof Stranger) return type;
    if (what !== "storage" || !(type instanceof Named) || typeof key !== "string" || !isCount(length))
      throw broken("has a storage that is none");
    return new Storage(type.name.slice("torch.".length), key, length);
  };

  const push = (value: unknown) => {
    stack.push(value);
  };
  const bytesOf = (n: number) => bytes.slice(take(n), at);
  const remembered = (key: number): unknown => {
    if (!memo.has(key)) throw broken("remembers what has not been there");
    return memo.get(key);
  };
  const dictionary = (items: readonly unknown[]) => {
    const map = new Map();
    put(map, items);
    return map;
  };
  const applied = () => {
    const [fn, given] = several(2);
    push(call(fn, given));
  };
  /** What instructions do, by their letters or numbers. */
  const steps: Readonly<Record<number, () => void>> = {
    [0x80 /* PROTO */]: () => take(1),
    [0x95 /* FRAME */]: () => take(8),
    [0x63 /* GLOBAL */]: () => push(global(line(), line())),
    [0x93 /* STACK_GLOBAL */]: () => {
      const [module, own] = several(2);
      if (typeof module !== "string" || typeof own !== "string") throw broken("names what has no name");
      push(global(module, own));
    },
    [0x28 /* MARK */]: () => push(MARK),
    [0x29 /* EMPTY_TUPLE */]: () => push([]),
    [0x5d /* EMPTY_LIST */]: () => push([]),
    [0x7d /* EMPTY_DICT */]: () => push(new Map()),
    [0x74 /* TUPLE */]: () => push(marked()),
    [0x6c /* LIST */]: () => push(marked()),
    [0x85 /* TUPLE1 */]: () => push(several(1)),
    [0x86 /* TUPLE2 */]: () => push(several(2)),
    [0x87 /* TUPLE3 */]: () => push(several(3)),
    [0x64 /* DICT */]: () => push(dictionary(marked())),
    [0x73 /* SETITEM */]: () => {
      const pair = several(2);
      put(top(), pair);
    },
    [0x75 /* SETITEMS */]: () => {
      const items = marked();
      put(top(), items);
    },
    [0x61 /* APPEND */]: () => {
      const item = pop();
      append(top(), [item]);
    },
    [0x65 /* APPENDS */]: () => {
      const items = marked();
      append(top(), items);
    },
    [0x58 /* BINUNICODE */]: () => push(text(u4())),
    [0x8c /* SHORT_BINUNICODE */]: () => push(text(u1())),
    [0x54 /* BINSTRING */]: () => push(text(u4())),
    [0x55 /* SHORT_BINSTRING */]: () => push(text(u1())),
    [0x42 /* BINBYTES */]: () => push(bytesOf(u4())),
    [0x43 /* SHORT_BINBYTES */]: () => push(bytesOf(u1())),
    [0x4b /* BININT1 */]: () => push(u1()),
    [0x4d /* BININT2 */]: () => push(view.getUint16(take(2), true)),
    [0x4a /* BININT */]: () => push(view.getInt32(take(4), true)),
    [0x8a /* LONG1 */]: () => push(long(u1())),
    [0x47 /* BINFLOAT */]: () => push(view.getFloat64(take(8))),
    [0x4e /* NONE */]: () => push(null),
    [0x88 /* NEWTRUE */]: () => push(true),
    [0x89 /* NEWFALSE */]: () => push(false),
    [0x71 /* BINPUT */]: () => memo.set(u1(), top()),
    [0x72 /* LONG_BINPUT */]: () => memo.set(u4(), top()),
    [0x94 /* MEMOIZE */]: () => memo.set(memo.size, top()),
    [0x68 /* BINGET */]: () => push(remembered(u1())),
    [0x6a /* LONG_BINGET */]: () => push(remembered(u4())),
    [0x51 /* BINPERSID */]: () => push(persistent(pop())),
    [0x52 /* REDUCE */]: applied,
    [0x81 /* NEWOBJ */]: applied,
    // what belongs to an object besides, such as the versions of modules
    [0x62 /* BUILD */]: pop,
    [0x30 /* POP */]: pop,
    [0x31 /* POP_MARK */]: marked,
  };
  for (let code = u1(); code !== STOP; code = u1()) {
    const step = steps[code];
    if (!step) throw broken(`has the instruction ${code}, which state dicts do without`);
    step();
  }
  return pop();
}
