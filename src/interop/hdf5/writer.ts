/**
 * HDF5 files with groups and datasets in one piece, as Keras reads them: the first version of the format, with links in the groups themselves.
 * Source: HDF5 File Format Specification, version 3.
 */
import { toUtf8 } from "../../host.ts";
import type { Shape } from "../../shape.ts";
import { isA } from "../../tags.ts";

/** What a file holds: groups by name, and in them groups and numbers. */
export type Group = Map<string, Group | Written>;
export interface Written {
  readonly shape: Shape;
  readonly data: Float32Array | Uint32Array;
}

const [DATASPACE, LINK_INFO, DATATYPE, FILL, LINK, LAYOUT, GROUP_INFO] = [1, 2, 3, 5, 6, 8, 10];
const NOWHERE = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
const SUPERBLOCK = 96;

/** Little-endian. */
const bytesOf = (value: number, size: number): number[] => {
  const bytes: number[] = [];
  for (let rest = value; bytes.length < size; rest = Math.floor(rest / 256)) bytes.push(rest % 256);
  return bytes;
};
const address = (value: number) => bytesOf(value, 8);
const even = (n: number) => Math.ceil(n / 8) * 8;

/** A message of an object. */
function message(kind: number, content: readonly number[]): number[] {
  const size = even(content.length);
  return [
    ...bytesOf(kind, 2),
    ...bytesOf(size, 2),
    0,
    0,
    0,
    0,
    ...content,
    ...Array<number>(size - content.length).fill(0),
  ];
}

function header(messages: readonly number[][]): Uint8Array {
  const content = messages.flat();
  return Uint8Array.from([
    ...[1, 0, ...bytesOf(messages.length, 2), ...bytesOf(1, 4), ...bytesOf(content.length, 4), 0, 0, 0, 0],
    ...content,
  ]);
}

const FLOAT = [0x11, 0x20, 0x1f, 0, ...bytesOf(4, 4), 0, 0, 32, 0, 23, 8, 0, 23, ...bytesOf(127, 4)];
const UNSIGNED = [0x10, 0, 0, 0, ...bytesOf(4, 4), 0, 0, 32, 0];

class File {
  private readonly parts: Uint8Array[] = [];
  private at = SUPERBLOCK;

  private put(bytes: Uint8Array): number {
    const at = this.at;
    const room = new Uint8Array(even(bytes.length));
    room.set(bytes);
    this.parts.push(room);
    this.at += room.length;
    return at;
  }

  private dataset({ shape, data }: Written): number {
    const { byteLength } = data;
    const at = this.put(new Uint8Array(data.buffer, data.byteOffset, byteLength));
    return this.put(
      header([
        message(DATASPACE, [1, shape.length, 0, 0, 0, 0, 0, 0, ...shape.flatMap(address)]),
        message(DATATYPE, isA("Float32Array", data) ? FLOAT : UNSIGNED),
        message(FILL, [2, 2, 0, 0]),
        message(LAYOUT, [3, 1, ...address(at), ...address(byteLength)]),
      ]),
    );
  }

  group(group: Group): number {
    const links = [...group].map(([name, each]) => {
      const at = isA("Map", each) ? this.group(each) : this.dataset(each);
      const text = toUtf8(name);
      return message(LINK, [1, 0, text.length, ...text, ...address(at)]);
    });
    return this.put(
      header([message(LINK_INFO, [0, 0, ...NOWHERE, ...NOWHERE]), message(GROUP_INFO, [0, 0]), ...links]),
    );
  }

  bytes(root: number): Uint8Array {
    const all = new Uint8Array(this.at);
    all.set([
      ...[0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a],
      ...[0, 0, 0, 0, 0, 8, 8, 0, 4, 0, 16, 0, 0, 0, 0, 0],
      ...[...address(0), ...NOWHERE, ...address(this.at), ...NOWHERE],
      ...[...address(0), ...address(root)],
    ]);
    let at = SUPERBLOCK;
    for (const part of this.parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}

/** @param root names of at most 255 bytes */
export function hdf5Of(root: Group): Uint8Array {
  const file = new File();
  return file.bytes(file.group(root));
}
