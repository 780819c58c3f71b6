// A transform of the AssemblyScript compiler: functions and constants whose doc comment has the tag @inline are inlined, as if they
// had the decorator of that name. TypeScript knows decorators on classes and methods only, so the decorator itself would be an
// error in every editor.
import { Node } from "assemblyscript";
import { Transform } from "assemblyscript/transform";

const COMMENT = "/\\*\\*(?:(?!\\*/)[^])*\\*/";
/** A doc comment right before a declaration, which may be exported. */
const DOC = new RegExp(`${COMMENT}\\s*(?:export\\s+)?$`);
const TAG = /@inline\b/;

export default class Inline extends Transform {
  afterParse(parser) {
    for (const source of parser.sources) {
      if (source.internalPath.startsWith("~lib/")) continue;
      let found = 0;
      for (const statement of source.statements) {
        const doc = DOC.exec(source.text.slice(0, statement.range.start))?.[0] ?? "";
        if (!TAG.test(doc)) continue;
        // a statement with constants holds their declarations
        for (const declared of [statement, ...(statement.declarations ?? [])]) {
          const name = Node.createIdentifierExpression("inline", statement.range);
          declared.decorators = [Node.createDecorator(name, null, statement.range)];
        }
        found++;
      }
      const docs = source.text.match(new RegExp(COMMENT, "g")) ?? [];
      if (docs.filter((doc) => TAG.test(doc)).length !== found)
        throw new Error(`${source.normalizedPath}: a tag @inline stands before no function or constant`);
    }
  }
}
