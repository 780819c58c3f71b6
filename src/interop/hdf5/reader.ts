/**
 * HDF5 files, as far as Keras writes them: groups, datasets in one piece, attributes. None of what a file says of its places is believed
 * before it is checked, and what is read costs time and memory in proportion to the file. Source: HDF5 File Format Specification 3.
 */
import { NablaError } from "../../errors.ts";
import { anyText } from "../../host.ts";
import { type Shape, sizeOf } from "../../shape.ts";
import { Cursor } from "./cursor.ts";
import { type Datatype, datatypeOf } from "./types.ts";

const SIGNATURE = "\x89HDF\r\n\x1a\n";
/** Kinds of messages. */
const [DATASPACE, LINK_INFO, DATATYPE, LINK, LAYOUT, FILTERS, ATTRIBUTE, CONTINUATION, SYMBOLS, ATTRIBUTES] =
  [1, 2, 3, 6, 8, 11, 12, 16, 17, 21];
const NOWHERE = 0xffffffffffffffffn;

interface Message {
  readonly kind: number;
  readonly at: number;
  readonly size: number;
}

export interface Dataset {
  readonly shape: Shape;
  readonly type: Datatype;
  bytes(): Uint8Array;
}

export type Attribute = string | readonly string[] | undefined;

const isHdf5 = (bytes: Uint8Array): boolean =>
  bytes.length > 8 && Array.from(SIGNATURE).every((sign, i) => bytes[i] === sign.charCodeAt(0));

export class Hdf5 extends Cursor {
  private readonly root: number;
  private readonly headers = new Map<number, readonly Message[]>();

  /** @throws NablaError for what is no such file */
  constructor(bytes: Uint8Array, name: string) {
    super(bytes, name);
    if (!isHdf5(bytes)) throw this.broken("it does not begin as one");
    const version = this.u8(8);
    if (version > 3) throw this.broken(`its version is ${version}`);
    const [offsets, lengths] = version < 2 ? [13, 14] : [9, 10];
    if (this.u8(offsets) !== 8 || this.u8(lengths) !== 8) throw this.broken("its addresses have not 8 bytes");
    // behind four addresses (and, in version 1, four bytes more) the entry of the first group: its name's place, then its own
    this.root = version < 2 ? this.address((version === 1 ? 28 : 24) + 32 + 8) : this.address(12 + 24);
  }

  /** The messages of an object. */
  private messages(at: number): readonly Message[] {
    const known = this.headers.get(at);
    if (known) return known;
    const found = this.signed(at, "OHDR") ? this.newer(at) : this.older(at);
    this.headers.set(at, found);
    return found;
  }

  private older(at: number): Message[] {
    if (this.u8(at) !== 1) throw this.broken(`no object begins at byte ${at}`);
    return this.blocks([at + 16, this.u32(at + 8)], 0, (where) => ({
      kind: this.u16(where),
      size: this.u16(where + 2),
      at: where + 8,
    }));
  }

  private newer(at: number): Message[] {
    const flags = this.u8(at + 5);
    let from = at + 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
    const wide = 1 << (flags & 3);
    const size =
      wide === 8
        ? this.length(from)
        : wide === 4
          ? this.u32(from)
          : wide === 2
            ? this.u16(from)
            : this.u8(from);
    from += wide;
    const head = flags & 4 ? 6 : 4;
    return this.blocks([from, size], 4, (where) => ({
      kind: this.u8(where),
      size: this.u16(where + 1),
      at: where + head,
    }));
  }

  /** Messages of a block and of those that go on with it. @param frame bytes of a signature before, and of a checksum behind the others */
  private blocks(first: [number, number], frame: number, read: (at: number) => Message): Message[] {
    const messages: Message[] = [];
    const blocks = [first];
    const seen = new Set<number>();
    for (let block = blocks.pop(); block; block = blocks.pop()) {
      const [from, size] = block;
      if (seen.has(from)) continue;
      seen.add(from);
      this.check(from, size);
      this.walk(size);
      const end = from + size;
      for (let at = from; at + 4 + (frame ? 0 : 4) <= end; ) {
        const message = read(at);
        if (message.at + message.size > end) break;
        if (message.kind === CONTINUATION) {
          const start = this.address(message.at);
          blocks.push([start + frame, this.length(message.at + 8) - 2 * frame]);
        } else messages.push(message);
        at = message.at + message.size;
      }
    }
    return messages;
  }

  /** What is in a group, by name: where each begins. */
  private links(at: number): Map<string, number> {
    const found = new Map<string, number>();
    for (const message of this.messages(at)) {
      if (message.kind === SYMBOLS)
        this.symbols(this.address(message.at), this.address(message.at + 8), found);
      if (message.kind === LINK) this.link(message, found);
      if (message.kind === LINK_INFO) {
        const indexed = message.at + 2 + (this.u8(message.at + 1) & 1 ? 8 : 0);
        if (this.u64(indexed) !== NOWHERE)
          throw new NablaError(
            `${this.name}: a group of it has an index of another kind; save it again with Keras 3, or with h5py and libver="earliest"`,
          );
      }
    }
    return found;
  }

  private link({ at, size }: Message, found: Map<string, number>): void {
    const flags = this.u8(at + 1);
    let from = at + 2;
    const type = flags & 8 ? this.u8(from++) : 0;
    from += (flags & 4 ? 8 : 0) + (flags & 16 ? 1 : 0);
    const wide = 1 << (flags & 3);
    const length = wide === 1 ? this.u8(from) : wide === 2 ? this.u16(from) : this.u32(from);
    from += wide;
    // other kinds lead elsewhere by names: they are not followed
    if (type !== 0 || from + length + 8 > at + size) return;
    found.set(this.text(from, length), this.address(from + length));
  }

  /** A tree of names: nodes of level 0 lead to lists of them. */
  private symbols(tree: number, heap: number, found: Map<string, number>): void {
    if (!this.signed(heap, "HEAP")) throw this.broken(`no names at byte ${heap}`);
    const names = this.address(heap + 24);
    const most = this.length(heap + 8);
    const nodes = [tree];
    for (let at = nodes.pop(); at !== undefined; at = nodes.pop()) {
      this.walk(8);
      const list = this.signed(at, "SNOD");
      if (!list && !this.signed(at, "TREE")) throw this.broken(`no list of names at byte ${at}`);
      const count = this.u16(at + 6);
      this.walk(count * 16);
      for (let i = 0; i < count; i++) {
        if (!list) {
          nodes.push(this.address(at + 24 + 16 * i + 8));
          continue;
        }
        const entry = at + 8 + 40 * i;
        const name = this.length(entry);
        if (name >= most) throw this.broken(`a name beyond its list at byte ${entry}`);
        const text = this.text(names + name, Math.min(1024, most - name));
        // an entry that leads elsewhere by a name has no place
        if (this.u32(entry + 16) !== 2) found.set(text, this.address(entry + 8));
      }
    }
  }

  /** The object at a path: "model_weights/dense". @returns undefined where there is none */
  private find(path: string): number | undefined {
    let at: number | undefined = this.root;
    for (const part of path.split("/")) {
      if (part === "") continue;
      at = this.linksOf(at).get(part);
      if (at === undefined) return undefined;
    }
    return at;
  }

  private readonly groups = new Map<number, Map<string, number>>();
  private linksOf(at: number): Map<string, number> {
    const known = this.groups.get(at) ?? this.links(at);
    this.groups.set(at, known);
    return known;
  }

  /** Names in a group. @returns none where there is no such group */
  names(path: string): string[] {
    const at = this.find(path);
    return at === undefined ? [] : [...this.linksOf(at).keys()];
  }

  /** @returns undefined where there is none, or it is no text */
  attribute(path: string, wanted: string): Attribute {
    const at = this.find(path);
    if (at === undefined) return undefined;
    for (const { kind, at: from, size } of this.messages(at)) {
      if (kind === ATTRIBUTES && this.u64(from + 2 + (this.u8(from + 1) & 1 ? 2 : 0)) !== NOWHERE)
        throw new NablaError(
          `${this.name}: attributes of it have an index of another kind; save it again with Keras 3`,
        );
      if (kind !== ATTRIBUTE) continue;
      const version = this.u8(from);
      const [nameSize, typeSize, spaceSize] = [2, 4, 6].map((place) => this.u16(from + place)) as [
        number,
        number,
        number,
      ];
      const padded = (n: number) => (version === 1 ? Math.ceil(n / 8) * 8 : n);
      const name = from + (version === 3 ? 9 : 8);
      if (this.text(name, nameSize) !== wanted) continue;
      const type = name + padded(nameSize);
      const space = type + padded(typeSize);
      const data = space + padded(spaceSize);
      return this.texts(datatypeOf(this.slice(type, typeSize)), this.shape(space), data, from + size - data);
    }
    return undefined;
  }

  private texts(type: Datatype, shape: Shape, at: number, room: number): Attribute {
    if (type.kind !== "text" && type.kind !== "longText") return undefined;
    const count = sizeOf(shape);
    if (count * type.size > room) throw this.broken(`an attribute beyond its place at byte ${at}`);
    const texts = Array.from({ length: count }, (_, i) => {
      const from = at + i * type.size;
      return type.kind === "text" ? this.text(from, type.size) : this.longText(from);
    });
    return shape.length === 0 ? texts[0] : texts;
  }

  /** A text that is elsewhere: its length, the collection it is in, its number there. */
  private longText(at: number): string {
    const [length, number] = [this.u32(at), this.u32(at + 12)];
    if (length === 0) return "";
    const heap = this.address(at + 4);
    const found = this.collection(heap).get(number);
    if (!found) throw this.broken(`text ${number} is not in its collection`);
    const size = Math.min(length, found.size);
    this.walk(size);
    return anyText(this.slice(found.at, size));
  }

  private readonly collections = new Map<number, Map<number, { at: number; size: number }>>();
  /** Texts of a collection by their numbers. */
  private collection(heap: number): Map<number, { at: number; size: number }> {
    const known = this.collections.get(heap);
    if (known) return known;
    if (!this.signed(heap, "GCOL")) throw this.broken(`no collection at byte ${heap}`);
    const found = new Map<number, { at: number; size: number }>();
    const end = heap + this.length(heap + 8);
    for (let from = heap + 16; from + 16 <= end; ) {
      this.walk(16);
      const [own, size] = [this.u16(from), this.length(from + 8)];
      if (own === 0) break;
      found.set(own, { at: from + 16, size });
      from += 16 + Math.ceil(size / 8) * 8;
    }
    this.collections.set(heap, found);
    return found;
  }

  private shape(at: number): number[] {
    const [version, rank] = [this.u8(at), this.u8(at + 1)];
    if (version !== 1 && version !== 2) throw this.broken(`a shape of version ${version}`);
    if (version === 2 && this.u8(at + 3) === 2) return [0];
    const from = at + (version === 1 ? 8 : 4);
    return Array.from({ length: rank }, (_, i) => this.length(from + 8 * i));
  }

  /** @returns undefined where there is none */
  dataset(path: string): Dataset | undefined {
    const at = this.find(path);
    if (at === undefined) return undefined;
    const messages = this.messages(at);
    const [space, type, layout] = [DATASPACE, DATATYPE, LAYOUT].map((kind) =>
      messages.find((message) => message.kind === kind),
    );
    if (!space || !type || !layout) return undefined;
    const shape = this.shape(space.at);
    const known = datatypeOf(this.slice(type.at, type.size));
    const bytes = () => {
      const size = sizeOf(shape) * known.size;
      if (size === 0) return new Uint8Array(0);
      const [version, kind] = [this.u8(layout.at), this.u8(layout.at + 1)];
      if (messages.some((message) => message.kind === FILTERS) || (version > 2 && kind === 2))
        throw new NablaError(
          `${this.name}: ${path} is stored in pieces or packed; save it again with Keras, which does neither`,
        );
      if (version === 3 || version === 4) {
        if (kind === 0) return this.slice(layout.at + 4, Math.min(size, this.u16(layout.at + 2)));
        return this.slice(this.address(layout.at + 2), size);
      }
      throw this.broken(`${path}: a layout of version ${version}`);
    };
    return { shape, type: known, bytes };
  }
}
