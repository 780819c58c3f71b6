/** Texts of the catalogue: lines that begin with § are formulas; *words* are terms, `signs` are mathematics. */
import { Formula } from "../microscope/formula.tsx";
import { fill } from "../text/words.ts";

const inline = (text: string) =>
  text.split(/(\*[^*]+\*|`[^`]+`)/).map((part, i) => {
    if (i % 2 === 0) return part;
    const inside = part.slice(1, -1);
    return part[0] === "*" ? <em key={i}>{inside}</em> : <Formula key={i} text={inside} />;
  });

/** A text inside something else. */
export const Words = ({ text, words = {} }: { text: string; words?: Readonly<Record<string, string>> }) => (
  <>{inline(fill(text, words))}</>
);

export const Prose = ({
  body,
  words,
}: {
  body: readonly string[];
  words: Readonly<Record<string, string>>;
}) => (
  <>
    {body.map((text) =>
      text.startsWith("§ ") ? (
        <p key={text} class="equation">
          <Formula text={fill(text.slice(2), words)} />
        </p>
      ) : (
        <p key={text}>
          <Words text={text} words={words} />
        </p>
      ),
    )}
  </>
);
