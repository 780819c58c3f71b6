/** Code that is loaded when it is used. */
export { loaded } from "../errors.ts";
