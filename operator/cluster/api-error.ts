/** Why an API server did not do what it was asked for. */
export class ApiError extends Error {
  /** HTTP status; 0 if no answer came. */
  readonly status: number;
  /** Kubernetes' reason in one word: `NotFound`, `Conflict`, `Expired`; empty if it gave none. */
  readonly reason: string;
  /** How long it asked to be left alone. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, reason: string, message: string, retryAfterMs?: number, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ApiError';
    this.status = status;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

/** From the body of an answer, which is a `Status` as a rule (Kubernetes API conventions, "Response Status Kind"). */
export function refusalOf(status: number, text: string, retryAfter?: string): ApiError {
  const seconds = Number(retryAfter);
  const retryAfterMs = retryAfter !== undefined && Number.isFinite(seconds) ? seconds * 1_000 : undefined;
  try {
    const { reason = '', message } = JSON.parse(text) as { reason?: string; message?: string };
    return new ApiError(status, reason, message ?? `the API server answers ${status}`, retryAfterMs);
  } catch {
    const said = text.trim().slice(0, 200);
    return new ApiError(status, '', `the API server answers ${status}${said === '' ? '' : `: ${said}`}`, retryAfterMs);
  }
}

export function isStatus(error: unknown, ...statuses: readonly number[]): error is ApiError {
  return error instanceof ApiError && statuses.includes(error.status);
}
