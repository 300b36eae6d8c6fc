/** Gives an attempt the session that its task names, and seals what becomes of it. */
import type { JsonObject } from "../core/json.ts";
import {
  domainsOf,
  LockedError,
  type SavedSessionStore,
  type SealedSession,
  type SessionState,
  type Vault,
} from "../core/saved-session.ts";

export interface SavedSessionParts {
  readonly savedSessions: SavedSessionStore;
  readonly vault: Vault;
}

/** Null: nothing was saved under the name yet. Rejects with LockedError, which says what to do. */
export async function loadSession(parts: SavedSessionParts, name: string): Promise<SessionState | null> {
  const sealed = await parts.savedSessions.read(name);
  if (sealed === null) return null;
  try {
    return JSON.parse(parts.vault.open(name, sealed)) as SessionState;
  } catch (error) {
    if (!(error instanceof LockedError)) throw error;
    throw new LockedError(
      `The saved session cannot be opened: ${error.message}. Bring the key back (the file secret.key of the data folder, or ULTRAVISOR_SECRET_KEY), or forget the session with \`npx ultravisor sessions delete ${name}\`.`,
    );
  }
}

export function sealSession({ vault }: SavedSessionParts, name: string, state: SessionState): SealedSession {
  return { name, sealed: vault.seal(name, JSON.stringify(state as unknown as JsonObject)), domains: domainsOf(state) };
}
