/** Errors from one thread to the other. */
import { NablaError } from "../errors.ts";
import type { SentError } from "./protocol.ts";

/** In the worker: what a callback or a dataset threw on the page, which has the error itself. */
export class ErrorElsewhere extends Error {
  constructor(
    message: string,
    readonly own: number,
  ) {
    super(message);
  }
}

export function sendError(error: unknown): SentError {
  if (error instanceof ErrorElsewhere) return { name: "Error", message: error.message, own: error.own };
  if (typeof (error as Error | null)?.message !== "string") return { name: "Error", message: String(error) };
  const { name, message, stack, cause } = error as Error;
  const details = error instanceof NablaError ? error.details : undefined;
  return {
    name,
    message,
    stack,
    ...(details && { details: { ...details } }),
    ...(cause !== undefined && { cause: sendError(cause) }),
  };
}

/** @param own the page's own errors by number */
export function receiveError(sent: SentError, own: readonly unknown[]): unknown {
  if (sent.own !== undefined) return own[sent.own];
  const options = {
    ...(sent.cause && { cause: receiveError(sent.cause, own) }),
    ...(sent.details && { details: sent.details }),
  };
  const error =
    sent.name === "NablaError" ? new NablaError(sent.message, options) : new Error(sent.message, options);
  if (sent.stack) error.stack = sent.stack;
  return error;
}

/** @param step that the model is as of @param rows whether the worker was lent rows */
export function lost(why: string, step: number, rows: boolean): NablaError {
  const too = rows ? "; the rows it was lent (transfer: true) are lost with it" : "";
  return new NablaError(
    `fit: the training worker was lost (${why}); the model is as of step ${step}: fit(…, { resume: true }) continues from there, and worker: false trains without one${too}`,
  );
}
