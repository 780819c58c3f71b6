/** Zip archives whose entries are stored as they are. */
import { crc32 } from "../../data/numpy/zip.ts";
import { toUtf8 } from "../../host.ts";

/** The first day that such archives can say: files are the same whenever they are written. */
const DAY = 0x21;

/** @param files by name */
export function zipOf(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const entries = Object.entries(files).map(([name, bytes]) => ({
    name: toUtf8(name),
    bytes,
    crc: crc32(bytes),
  }));
  const each = (size: number) => entries.reduce((sum, { name }) => sum + size + name.length, 0);
  const content = entries.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const [directory, length] = [each(30) + content, each(46)];
  const all = new Uint8Array(directory + length + 22);
  const view = new DataView(all.buffer);
  let [at, listed] = [0, directory];
  /** What both headers say of a file. */
  const about = (from: number, size: number, crc: number, name: Uint8Array) => {
    view.setUint16(from, 20, true);
    view.setUint16(from + 8, DAY, true);
    view.setUint32(from + 10, crc, true);
    view.setUint32(from + 14, size, true);
    view.setUint32(from + 18, size, true);
    view.setUint16(from + 22, name.length, true);
  };
  for (const { name, bytes, crc } of entries) {
    view.setUint32(listed, 0x02014b50, true);
    view.setUint16(listed + 4, 20, true);
    about(listed + 6, bytes.length, crc, name);
    view.setUint32(listed + 42, at, true);
    all.set(name, listed + 46);
    listed += 46 + name.length;
    view.setUint32(at, 0x04034b50, true);
    about(at + 4, bytes.length, crc, name);
    all.set(name, at + 30);
    all.set(bytes, at + 30 + name.length);
    at += 30 + name.length + bytes.length;
  }
  view.setUint32(listed, 0x06054b50, true);
  view.setUint16(listed + 8, entries.length, true);
  view.setUint16(listed + 10, entries.length, true);
  view.setUint32(listed + 12, length, true);
  view.setUint32(listed + 16, directory, true);
  return all;
}
