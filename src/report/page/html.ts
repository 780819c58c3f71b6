/** Text and sections as HTML. Apart from the other parts of the page, which draw pictures: what consoles and notebooks show needs no more. */

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
/** Text that may stand anywhere in HTML. */
export const html = (text: string): string => text.replace(/[&<>"']/g, (c) => ENTITIES[c]!);

export const section = (title: string, body: string, note = ""): string =>
  `<section><h2>${html(title)}</h2>${note && `<p class="note">${html(note)}</p>`}${body}</section>`;
