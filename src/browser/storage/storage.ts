/** What a kind of storage can do. */
import type { Scheme } from "./names.ts";

/** What listModels() tells of a stored model. */
export interface StoredModel {
  readonly name: string;
  /** Its whole address, "opfs://name" or "indexeddb://name". */
  readonly where: string;
  /** In bytes. */
  readonly size: number;
  readonly saved: Date;
}

export interface ModelStorage {
  readonly scheme: Scheme;
  /** Replaces the model of this name whole, or leaves it as it was and throws. */
  write(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** What is stored under a name, newest first: the next is for when one turns out to be damaged. */
  read(name: string): Promise<Blob[]>;
  list(): Promise<StoredModel[]>;
  /** Whether there was one. */
  remove(name: string): Promise<boolean>;
}
