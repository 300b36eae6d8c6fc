/**
 * Seals what must not be read from a copy of the database: AES-256-GCM with a key that is kept beside it, in a file only the
 * owner reads, or in the environment. A sealed text names its key, so that a lost one can be told from a damaged text.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { LockedError, type Vault } from "../core/saved-session.ts";

const ALGORITHM = "aes-256-gcm";
/** What NIST SP 800-38D recommends for GCM, in bytes. */
const NONCE = 12;
const TAG = 16;

/**
 * @param file where the key is kept when `secret` is null; made when it is first needed
 * @param secret at least 32 characters that nobody can guess
 */
export function createVault(file: string, secret: string | null): Vault {
  let known: Key | null = null;
  const key = (): Key => {
    known ??= derive(secret ?? readOrMake(file));
    return known;
  };
  return {
    seal(about, text) {
      const { bytes, id } = key();
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv(ALGORITHM, bytes, nonce, { authTagLength: TAG }).setAAD(Buffer.from(about));
      const sealed = Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
      return `1.${id}.${sealed.toString("base64url")}`;
    },
    open(about, sealed) {
      const [version, id, body = ""] = sealed.split(".");
      const { bytes, id: own } = key();
      const what = `what was saved as ${JSON.stringify(about)}`;
      if (version !== "1") throw new LockedError(`${what} was sealed by a newer Ultravisor`);
      if (id !== own) throw new LockedError(`${what} was sealed with another key (${id}; this server has ${own})`);
      try {
        const all = Buffer.from(body, "base64url");
        const decipher = createDecipheriv(ALGORITHM, bytes, all.subarray(0, NONCE), { authTagLength: TAG });
        decipher.setAAD(Buffer.from(about)).setAuthTag(all.subarray(-TAG));
        return decipher.update(all.subarray(NONCE, -TAG), undefined, "utf8") + decipher.final("utf8");
      } catch {
        throw new LockedError(`${what} is damaged`);
      }
    },
  };
}

interface Key {
  readonly bytes: Buffer;
  /** Tells keys apart, and nothing about them. */
  readonly id: string;
}

function derive(secret: string): Key {
  const bytes = Buffer.from(hkdfSync("sha256", secret, "", "ultravisor saved sessions", 32));
  return { bytes, id: createHash("sha256").update(bytes).digest("hex").slice(0, 8) };
}

function readOrMake(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const made = randomBytes(32).toString("base64url");
  // `wx`: two at once must not each make one.
  writeFileSync(file, `${made}\n`, { mode: 0o600, flag: "wx" });
  return made;
}
