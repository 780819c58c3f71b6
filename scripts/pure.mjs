// Tells bundlers which top-level calls may be left out where nobody uses what they return: the descriptions of fields
// (src/fields/fields.ts and objects.ts), which would otherwise drag every layer into every program.
import { readFileSync } from "node:fs";

const CALLS =
  /(?<![.\w])(?<!function )(int|number|bool|string|choice|exactly|anything|list|pair|object|optional|withDefault|described|shared|variant|orName|record|penalty|smoothing|rate|share|decay|alpha|patience|minDelta|extend|kind|forTraining)(?=\()/g;
const STATEMENT = /^(?:export )?const \w+(?:: [^=\n]+)? =[\s\S]*?;$/gm;

export const pureText = (text) =>
  text.replace(STATEMENT, (statement) =>
    statement.includes("=>") ? statement : statement.replace(CALLS, "/* @__PURE__ */ $1"),
  );

export const pure = {
  name: "pure",
  setup(bundler) {
    bundler.onLoad(
      { filter: /[\\/]src[\\/](config|fields|layers|checkpoint|plan)[\\/]\w+\.ts$/ },
      ({ path }) => ({
        contents: pureText(readFileSync(path, "utf8")),
        loader: "ts",
      }),
    );
  },
};
