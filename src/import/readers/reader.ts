/** What a reader of models is. One file in this folder, and one line in index.ts. */
import type { Model } from "../../model/model.ts";
import type { Source } from "../source.ts";

export interface Reader<Options = object> {
  /** What it is called in a sentence. */
  readonly title: string;
  /** By the bytes of the file. */
  recognise(bytes: Uint8Array): boolean;
  /** @throws NablaError naming the file and what is wrong with it */
  read(source: Source, options: Options): Promise<Model>;
}
