/** What a browser sees that has not signed in. */
import { html } from "hono/html";
import type { AppContext } from "./endpoint.ts";
import { page } from "./page.ts";

export interface SignInNotes {
  readonly status: 401 | 429;
  /** Where to go afterwards; a path of this server. */
  readonly next: string;
  readonly message: string | null;
}

/** The form that asks for the token. */
export async function signInPage(c: AppContext, notes: SignInNotes): Promise<Response> {
  const wrong = notes.message === null ? "" : html`<p class="wrong" role="alert">${notes.message}</p>`;
  const body = html`<main class="card">
<h1>Ultravisor</h1>
<p>Open the link that <code>npm start</code> printed, or paste the token from the file <code>data/token</code>.</p>
${wrong}
<form method="get" action="/sign-in">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="off" required autofocus>
<input type="hidden" name="next" value="${notes.next}">
<button type="submit">Sign in</button>
</form>
<p class="note"><a href="/docs/">Documentation</a></p>
</main>`;
  return c.html(page("Sign in", body), notes.status, { "www-authenticate": 'Bearer realm="ultravisor"' });
}
