/** What lies in folders of pictures. */
import { isFile, isFolder } from "./content.ts";
import type { DataFile, DataFolder } from "./reader.ts";

export interface Inside {
  readonly folders: readonly DataFolder[];
  /** Files whose names are those of pictures. */
  readonly pictures: readonly DataFile[];
}

/** Folders that are called like files: what programs keep about a file, or what unpacking made of it. */
const LIKE_A_FILE =
  /\.(png|jpe?g|webp|gif|avif|bmp|tiff?|heic|csv|tsv|txt|json|xml|zip|gz|tar|npy|npz|safetensors)$/i;

export class Insides {
  private readonly known = new Map<DataFolder, Promise<Inside>>();
  /** Folders that were passed over, being called like files. */
  readonly passed: DataFolder[] = [];

  /** @param names of files that are most likely pictures */
  constructor(private readonly names: RegExp) {}

  of(folder: DataFolder): Promise<Inside> {
    const known = this.known.get(folder) ?? this.list(folder);
    this.known.set(folder, known);
    return known;
  }

  private async list(folder: DataFolder): Promise<Inside> {
    if (folder.problem !== undefined) return { folders: [], pictures: [] };
    const entries = await folder.list();
    const folders = entries.filter(isFolder);
    this.passed.push(...folders.filter(likeAFile));
    return {
      folders: folders.filter((one) => !likeAFile(one)),
      pictures: entries.filter(isFile).filter(({ name }) => this.names.test(name)),
    };
  }

  /** Whether there is a picture in it, or below it. */
  async holdPictures(folder: DataFolder): Promise<boolean> {
    const { folders, pictures } = await this.of(folder);
    if (pictures.length > 0) return true;
    for (const below of folders) if (await this.holdPictures(below)) return true;
    return false;
  }
}

export const likeAFile = ({ name }: DataFolder): boolean => LIKE_A_FILE.test(name);

/** All pictures in a folder and below it: those of a folder by their names, then those of the folders in it. */
export async function picturesBelow(folder: DataFolder, insides: Insides): Promise<DataFile[]> {
  const { folders, pictures } = await insides.of(folder);
  const files = [...pictures];
  // one by one: a folder may hold more files than a call takes arguments
  for (const below of folders) for (const file of await picturesBelow(below, insides)) files.push(file);
  return files;
}
