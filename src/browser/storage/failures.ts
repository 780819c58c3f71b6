/** Errors of browsers' storage, turned into messages that say what to do. */
import { messageOf, NablaError } from "../../errors.ts";
import { attempt } from "../../host.ts";
import { inTime } from "../../waits.ts";

/** A kind of storage that this engine or page does not have at all: another may do. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
}

const causeName = (cause: unknown): string => (cause as { name?: string } | null)?.name ?? "";

export const isQuota = (cause: unknown): boolean =>
  causeName(cause) === "QuotaExceededError" || /quota|no space/i.test(messageOf(cause));

/** Blocked altogether, not only for this file: private windows, blocked site data, sandboxed frames. */
export const isBlocked = (cause: unknown): boolean =>
  causeName(cause) === "SecurityError" ||
  (causeName(cause) === "InvalidStateError" && /mutation/i.test(messageOf(cause)));

export const BLOCKED =
  "this page may not store anything (a private window, blocked cookies and site data, or a sandboxed frame)";

/** 1234567 → "1.2 MB" */
export function readable(bytes: number): string {
  const units = ["bytes", "KB", "MB", "GB"];
  let unit = 0;
  let n = bytes;
  while (n >= 1000 && unit < 3) {
    n /= 1000;
    unit++;
  }
  return `${unit === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)} ${units[unit]}`;
}

/**
 * @param state what became of the model that was there before
 * @param bytes how many were to be written
 */
export async function saveFailed(
  who: string,
  cause: unknown,
  state: string,
  bytes: number,
): Promise<NablaError> {
  const details = { code: isQuota(cause) ? "quota" : isBlocked(cause) ? "blocked" : "failed" };
  if (cause instanceof NablaError) return cause;
  if (isQuota(cause)) {
    const estimate = await attempt(() =>
      inTime(
        navigator.storage.estimate().catch(() => undefined),
        2000,
        () => undefined,
      ),
    );
    const known = estimate?.usage !== undefined && estimate.quota !== undefined;
    const used = known
      ? `; this site uses ${readable(estimate.usage!)} of the ${readable(estimate.quota!)} it may`
      : "";
    return new NablaError(
      `${who}: the browser's storage is full: the model has ${readable(bytes)}${used}; ${state}; make room with removeModel() (listModels() says what is there), or keep the model as a file with downloadModel()`,
      { cause, details },
    );
  }
  const why = isBlocked(cause)
    ? `${BLOCKED}; allow it, or keep the model as a file with downloadModel()`
    : messageOf(cause);
  return new NablaError(`${who}: cannot be saved: ${why}; ${state}`, { cause, details });
}

export function readFailed(who: string, what: string, cause: unknown): NablaError {
  if (cause instanceof NablaError) return cause;
  const details = { code: isBlocked(cause) ? "blocked" : "failed" };
  return new NablaError(`${who}: cannot be ${what}: ${isBlocked(cause) ? BLOCKED : messageOf(cause)}`, {
    cause,
    details,
  });
}
