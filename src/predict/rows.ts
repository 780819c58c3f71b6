/** What predictRows() imports: a file of its own, because most programs have no use for it. */
export { tableAnswers } from "../network/tableAnswers.ts";
