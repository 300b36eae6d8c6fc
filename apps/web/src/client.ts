/** Requests to the API: JSON in, JSON out, problems as `ApiError`, and off to the sign-in page when the session is over. */

export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** An answer that is not a success, with the server's own words. */
export class ApiError extends Error {
  override readonly name = "ApiError";
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

type Query = Readonly<Record<string, string | number | undefined | null>>;

/** `GET /api<path>` with a query string of whatever is set. */
export async function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  return send<T>(apiUrl(path, query), signal === undefined ? {} : { signal });
}

/** A request that changes something. */
export async function change<T>(method: "POST" | "PUT" | "DELETE", path: string, body?: unknown): Promise<T> {
  return send<T>(apiUrl(path), {
    method,
    body: JSON.stringify(body ?? {}),
    headers: { "content-type": "application/json" },
  });
}

/** Address of an API resource; each part of `path` that comes from data must be encoded already. */
export function apiUrl(path: string, query: Query = {}): string {
  const parts = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const text = new URLSearchParams(parts.map(([name, value]) => [name, String(value)])).toString();
  return `/api${path}${text === "" ? "" : `?${text}`}`;
}

async function send<T>(url: string, init: RequestInit): Promise<T> {
  const response = await reach(url, init);
  if (response.status === 401) {
    location.assign("/sign-in");
    throw new ApiError(401, "unauthenticated", "Your session is over; sign in again.");
  }
  if (!response.ok) throw await problem(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError(0, "unreachable", "The server does not answer. Is it running?");
  }
}

async function problem(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const facts = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const message = [facts.detail, facts.title].find((text) => typeof text === "string" && text !== "");
  return new ApiError(
    response.status,
    typeof facts.code === "string" ? facts.code : `http_${response.status}`,
    typeof message === "string" ? message : `The server answered ${response.status} ${response.statusText}.`,
    Array.isArray(facts.fields) ? (facts.fields as FieldError[]) : [],
  );
}
