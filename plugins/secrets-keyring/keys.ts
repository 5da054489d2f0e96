/** Keys that seal secrets. */
import { randomBytes, scryptSync } from "node:crypto";
import fs from "node:fs";
import { join } from "node:path";
import type { SecretsPlace } from "gantry/sdk";

/** A key, and who keeps it. */
export interface Key {
  readonly kind: SecretsPlace["kind"];
  /** 32 bytes; `salt` is the secret's own. */
  readonly of: (salt: Buffer) => Buffer;
}

export function passphraseKey(passphrase: string): Key {
  const made = new Map<string, Buffer>();
  const of = (salt: Buffer) => {
    const name = salt.toString("base64");
    const key = made.get(name) ?? scryptSync(passphrase, salt, 32, { N: 2 ** 15, maxmem: 2 ** 26 });
    made.set(name, key);
    return key;
  };
  return { kind: "passphrase", of };
}

/** The key that lies beside the secrets, for this person's eyes alone. `undefined` when it is only to be read, and there is none. */
export function fileKey(folder: string, mode: "read" | "make"): Key | undefined {
  const file = join(folder, "secrets.key");
  if (mode === "make") make(folder, file);
  const bytes = read(file);
  return bytes && { kind: "file", of: () => bytes };
}

function make(folder: string, file: string): void {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (fs.existsSync(file)) return;
  // Whole or not at all: two programs may begin at once, and the first one's key is the key.
  const own = `${file}.${process.pid}.${randomBytes(4).toString("hex")}`;
  fs.writeFileSync(own, randomBytes(32).toString("base64"), { flag: "wx", mode: 0o600 });
  try {
    fs.linkSync(own, file);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    // Some file systems have no second names for a file.
    if (code !== "EEXIST") fs.copyFileSync(own, file, fs.constants.COPYFILE_EXCL);
  } finally {
    fs.rmSync(own, { force: true });
  }
}

function read(file: string): Buffer | undefined {
  try {
    const bytes = Buffer.from(fs.readFileSync(file, "utf8"), "base64");
    return bytes.length === 32 ? bytes : undefined;
  } catch {
    return undefined;
  }
}
