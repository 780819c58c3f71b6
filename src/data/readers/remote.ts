/**
 * Files at an address that a program gives: parts of them where the server answers ranges, otherwise the whole. Nothing but that address is
 * asked.
 */
import { messageOf, NablaError } from "../../errors.ts";
import { told } from "../../waits.ts";
import { isPlain, NO_ANSWER, told206, type Version, versionOf } from "./answer.ts";
import type { DataFile, FileParts, FoundData } from "./reader.ts";

/** What is asked for first: a beginning that tells what a file is, and all of a small one. */
const FIRST = 1 << 16;
const BEGINNING = `bytes=0-${FIRST - 1}`;

/** As browsers do. */
const MOST_REDIRECTS = 20;

export interface RemoteOptions {
  /** Bytes that a file may have; more is refused before it is read, where the server says how many there are. */
  readonly limit: number;
  tooLarge(name: string, size: number, limit: number): NablaError;
  readonly signal?: AbortSignal | undefined;
}

/** Whether text is an address that is fetched. */
export const isAddress = (text: string): boolean => /^https?:\/\//i.test(text);

/** As it may stand in an error or a page: without the name and the password before its host, and what its query says, which may be a key. */
export const withoutSecrets = (address: string): string =>
  address
    .replace(/^([a-z]+:\/\/)[^/?#]*@/i, "$1")
    .replace(/#.*$/s, "")
    .replace(/\?.*$/s, (query) => `?${query.slice(1).split("&").map(namesOnly).join("&")}`);

/** key=value without its value; what has no name may be the key itself. */
const namesOnly = (part: string): string => {
  const name = part.indexOf("=");
  return part && `${part.slice(0, name + 1)}…`;
};

/** A path, or whatever else one may give, as it is; an address without what it may hold of secrets: for what is printed and kept. */
export const publicly = (source: string): string => (isAddress(source) ? withoutSecrets(source) : source);

/** @throws NablaError for what is no address, and for one with a password */
export function remoteData(address: string, options: RemoteOptions): FoundData {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    // the cause would hold the address as it is
    throw new NablaError(`${withoutSecrets(address)}: no address; expected https://host/path`);
  }
  if (url.username || url.password)
    throw new NablaError(
      `${withoutSecrets(address)}: an address with a name or a password in it is not fetched; use one without, or download the file`,
    );
  const last = url.pathname.split("/").filter(Boolean).at(-1) ?? url.host;
  const of = new RemoteFile(url, decoded(last), options);
  return { name: of.name, where: of.path, of };
}

/** Addresses may hold a % that stands for itself. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

class RemoteFile implements DataFile {
  readonly kind = "file";
  readonly path: string;
  readonly relative: string;
  /** The file, where it has come as a whole; else its beginning. */
  private begun: Promise<{ bytes: Uint8Array; version: Version; whole: boolean }> | undefined;

  /** As errors say it. */
  private readonly address: string;

  constructor(
    private readonly url: URL,
    readonly name: string,
    private readonly options: RemoteOptions,
  ) {
    this.address = withoutSecrets(url.href);
    this.path = this.address;
    this.relative = name;
  }

  async start(bytes: number): Promise<Uint8Array> {
    return (await this.begin()).bytes.subarray(0, bytes);
  }

  async read(limit: number): Promise<Uint8Array> {
    const { bytes, version, whole } = await this.begin();
    if (version.size > limit) throw this.options.tooLarge(this.address, version.size, limit);
    if (whole) return bytes;
    const rest = await this.range(bytes.length, version.size);
    const all = new Uint8Array(version.size);
    all.set(bytes);
    all.set(rest, bytes.length);
    this.begun = Promise.resolve({ bytes: all, version, whole: true });
    return all;
  }

  async parts(): Promise<FileParts | undefined> {
    const { version, whole } = await this.begin();
    return whole ? undefined : { size: version.size, read: (from, to) => this.range(from, to) };
  }

  private begin() {
    this.begun ??= this.first();
    return this.begun;
  }

  private async first() {
    const response = await this.ask(BEGINNING);
    const { address, options } = this;
    const version = versionOf(response, 0, FIRST);
    if (response.status === 206 && version) {
      const wanted = Math.min(FIRST, version.size);
      const part = this.partOf(response, wanted);
      // a page may not see that another site packs what it sends: there the bytes are not the file's, or not as many
      const bytes = await (response.type === "cors" ? part.catch(() => undefined) : part);
      if (bytes) return { bytes, version, whole: bytes.length === version.size };
      options.signal?.throwIfAborted();
    }
    // the part cannot be told from the whole where a page may not see how large that is; an empty file has no part
    const all = response.status === 200 ? response : await this.again(response);
    if (all.status !== 200)
      throw new NablaError(
        `${address}: the server answered ${all.status} where all of the file was asked for; download the file`,
      );
    const declared = Number(all.headers.get("content-length") ?? Number.NaN);
    const plain = isPlain(all);
    const { limit, tooLarge } = options;
    if (plain && declared > limit) {
      await all.body?.cancel();
      throw tooLarge(address, declared, limit);
    }
    const bytes = await this.bytesOf(all, limit);
    if (plain && bytes.length < declared) throw this.brokenOff(bytes.length, declared);
    return { bytes, version: { size: bytes.length, etag: null, modified: null }, whole: true };
  }

  private async again(part: Response): Promise<Response> {
    if (!part.bodyUsed) await part.body?.cancel();
    return this.ask();
  }

  /** @throws NablaError where the file is another one by now */
  private async range(from: number, to: number): Promise<Uint8Array> {
    const { bytes: beginning, version } = await this.begin();
    if (to <= beginning.length) return beginning.slice(from, to);
    const response = await this.ask(`bytes=${from}-${to - 1}`);
    const now = response.status === 206 ? versionOf(response, from, to) : undefined;
    if (!now || now.size !== version.size || now.etag !== version.etag || now.modified !== version.modified) {
      await response.body?.cancel();
      throw new NablaError(
        `${this.address}: the file has changed while it was read (${told206(version)}, then ${now ? told206(now) : `an answer ${response.status} without bytes ${from} to ${to - 1}`}); open it again`,
      );
    }
    return this.partOf(response, to - from);
  }

  /** @throws NablaError for more or fewer bytes than a part has */
  private async partOf(response: Response, wanted: number): Promise<Uint8Array> {
    const bytes = await this.bytesOf(
      response,
      wanted,
      () =>
        new NablaError(
          `${this.address}: the server sent more than the ${wanted} bytes of a part; download the file`,
        ),
    );
    if (bytes.length !== wanted) throw this.brokenOff(bytes.length, wanted);
    return bytes;
  }

  private brokenOff(got: number, of: number): NablaError {
    return new NablaError(`${this.address}: broke off after ${got} of ${of} bytes; try again`);
  }

  private async ask(range?: string): Promise<Response> {
    const { address, options } = this;
    const { signal } = options;
    let response: Response;
    try {
      const init = { ...(range && { headers: { Range: range } }), ...(signal && { signal }) };
      response = await this.follow(init);
    } catch (cause) {
      if (signal?.aborted || cause instanceof NablaError) throw cause;
      // a page is not told why; one reason is a part of what its site packs, which Chromium refuses
      if (range === BEGINNING && (cause as Error).cause === undefined) return this.ask();
      // Node says "fetch failed", and why beside it
      const why = messageOf((cause as Error).cause ?? cause) || messageOf(cause);
      throw new NablaError(`${address}: cannot be fetched: ${why}; ${NO_ANSWER}`, { cause });
    }
    if (response.ok || response.status === 416) return response;
    await response.body?.cancel();
    throw new NablaError(
      `${address}: the server answered ${response.status} ${response.statusText}`.trim() +
        advice(response.status),
      { details: { status: response.status } },
    );
  }

  /** Where a server sends one elsewhere. @throws NablaError for a way that is less safe than the address */
  private async follow(init: RequestInit): Promise<Response> {
    const { url, address } = this;
    let at = url;
    for (let times = 0; times <= MOST_REDIRECTS; times++) {
      const response = await told(fetch(at.href, { ...init, redirect: "manual" }), address);
      // a page is not told where to; its browser goes, and says where it came to
      if (response.type === "opaqueredirect") {
        const followed = await told(fetch(at.href, init), address);
        this.checkWay(new URL(followed.url || at.href));
        return followed;
      }
      const to = response.status >= 300 && response.status < 400 ? response.headers.get("location") : null;
      if (to === null || !URL.canParse(to, at.href)) return response;
      await response.body?.cancel();
      at = new URL(to, at.href);
      this.checkWay(at);
    }
    throw new NablaError(
      `${address}: the server sends one elsewhere more than ${MOST_REDIRECTS} times; is the address right?`,
    );
  }

  private checkWay(to: URL): void {
    const { url, address } = this;
    if (to.protocol === "https:" || (to.protocol === "http:" && url.protocol === "http:")) return;
    throw new NablaError(
      `${address}: the server sends one on to ${withoutSecrets(to.href)}, where anybody on the way could read and change the file; give an address that stays with https, or, if that one is to be trusted, give it itself`,
    );
  }

  private async bytesOf(
    response: Response,
    most: number,
    tooMany = (length: number) => this.options.tooLarge(this.address, length, most),
  ): Promise<Uint8Array> {
    const { address, options } = this;
    const parts: Uint8Array[] = [];
    let length = 0;
    const reader = response.body?.getReader();
    try {
      for (;;) {
        const read = await (reader && told(reader.read(), address));
        if (!read || read.done) break;
        options.signal?.throwIfAborted();
        parts.push(read.value);
        length += read.value.length;
        if (length > most) throw tooMany(length);
      }
    } catch (cause) {
      void reader?.cancel().catch(() => {});
      if (cause instanceof NablaError || options.signal?.aborted) throw cause;
      throw new NablaError(`${address}: broke off after ${length} bytes: ${messageOf(cause)}; try again`, {
        cause,
      });
    }
    const all = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}

function advice(status: number): string {
  if (status === 401 || status === 403)
    return "; it wants to know who asks: use an address that says so, or download the file";
  if (status === 404 || status === 410) return "; is the address right?";
  if (status === 429 || status >= 500) return "; try again later";
  return "";
}
