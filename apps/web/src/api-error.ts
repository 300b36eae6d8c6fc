/** Answers of the API that are no success, in the server's own words. */

export interface FieldError {
  /** Such as `input.depth`. */
  readonly path: string;
  readonly message: string;
}

export class ApiError extends Error {
  override readonly name = "ApiError";
  /** 0: there was no answer. */
  readonly status: number;
  readonly code: string;
  readonly fields: readonly FieldError[];

  constructor(status: number, code: string, message: string, fields: readonly FieldError[] = []) {
    super(message);
    this.status = status;
    this.code = code;
    this.fields = fields;
  }
}

/** Reads problem+json; an answer of something else between us and the server is told by its status. */
export async function problemOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const facts = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  return new ApiError(
    response.status,
    typeof facts.code === "string" ? facts.code : `http_${response.status}`,
    typeof facts.detail === "string"
      ? facts.detail
      : `The server answered ${response.status} ${response.statusText}.`.replace(" .", "."),
    Array.isArray(facts.fields) ? (facts.fields as FieldError[]) : [],
  );
}
