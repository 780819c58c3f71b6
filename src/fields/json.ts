/** JSON from elsewhere: what it would take is counted in its text before anything is made of it. */
import { messageOf, NablaError } from "../errors.ts";

/** No document or array that is read here is nested as deeply. Functions that walk through what is call themselves for each level. */
const DEEPEST = 100;
/** Bytes that objects, arrays and texts may take, about: a text of empty objects becomes thirty times as large. */
const MOST = 2 ** 29;

/**
 * @param where what errors begin with; "" for nothing
 * @throws NablaError for what is no JSON, is nested too deeply, or holds more values than there may be memory for
 */
export function parseJson(text: string, where = "", most = MOST): unknown {
  const begin = where && `${where}: `;
  if (typeof text !== "string") throw new NablaError(`${begin}expected the text of a JSON document`);
  checkJson(text, begin, most);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new NablaError(`${begin}not valid JSON: ${messageOf(cause)}`, { cause });
  }
}

/** The same checks for a text that is parsed in parts. One pass; nothing is allocated. */
export function checkJson(text: string, begin = "", most = MOST): void {
  let depth = 0;
  let bytes = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) {
      quoted = !quoted;
      bytes += 16;
    } else if (quoted) {
      if (c === BACKSLASH) i++;
    } else if (c === COMMA) bytes += 8;
    else if (c === OPEN || c === OPEN_LIST) {
      bytes += 64;
      if (++depth > DEEPEST)
        throw new NablaError(`${begin}nested too deeply: expected at most ${DEEPEST} levels`);
    } else if (c === CLOSE || c === CLOSE_LIST) depth--;
  }
  if (bytes > most)
    throw new NablaError(
      `${begin}its values would take some ${Math.ceil(bytes / 2 ** 20)} MB, expected at most ${Math.floor(most / 2 ** 20)}; take a part of it`,
    );
}

const [QUOTE, BACKSLASH, COMMA] = [34, 92, 44];
const [OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [123, 125, 91, 93];
