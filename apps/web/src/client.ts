/** Requests to the API, typed by the Hono app: what is not a success rejects, and the end of the session leads to sign-in. */
import { hc } from "hono/client";
import type { App } from "../../server/http/app.ts";
import { ApiError, problemOf } from "./api-error.ts";

/** Every endpoint: `api.runs[":id"].$get({ param: { id } })`. A param that comes from people must be encoded; ids need not. */
export const api = hc<App>(location.origin, { fetch: send }).api;

/** The JSON of an answer. */
export async function read<T>(answer: Promise<{ json(): Promise<T> }>): Promise<T> {
  return (await answer).json();
}

async function send(request: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await reach(request, init);
  if (response.status === 401) {
    location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
    throw new ApiError(401, "unauthenticated", "Your session is over; sign in again.");
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function reach(request: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  try {
    return await fetch(request, init);
  } catch (error) {
    if (init?.signal?.aborted) throw error;
    throw new ApiError(0, "unreachable", "The server does not answer. Is it running?");
  }
}
