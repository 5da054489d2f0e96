import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { messageOf, type SecretsPlace, type Setup } from "gantry/sdk";
import type { secretsKeyring } from "./index.ts";
import { fileKey, type Key, passphraseKey } from "./keys.ts";
import { createVault } from "./vault.ts";

/** A keyring may ask the person to unlock it; one that says nothing at all is not waited for. */
const KEYRING_MS = 60_000;

const setup: Setup<typeof secretsKeyring> = ({ config, host, log }) => {
  const { stateFolder: folder, env } = host;
  const file = join(folder, "secrets.json");
  const passphrase = env.GANTRY_SECRETS_PASSPHRASE;
  let keyring: Promise<Key | undefined> | undefined;

  const vault = createVault({
    file,
    log,
    /** Who seals what is written now. */
    async sealing() {
      if (passphrase) return passphraseKey(passphrase);
      return (await keyringKey()) ?? fileKey(folder, "make");
    },
    /** Who has sealed what was written once. */
    async opening(kind) {
      if (kind === "passphrase") return passphrase ? passphraseKey(passphrase) : undefined;
      return kind === "keyring" ? keyringKey() : fileKey(folder, "read");
    },
  });

  return { services: { secrets: { ...vault, place: async () => placeOf(passphrase ? "passphrase" : await kind()) } } };

  async function kind(): Promise<SecretsPlace["kind"]> {
    return (await keyringKey()) ? "keyring" : "file";
  }

  function keyringKey(): Promise<Key | undefined> {
    keyring ??= openKeyring().catch((thrown) => {
      log(`The keyring of this system cannot be used: ${messageOf(thrown)}`);
      return undefined;
    });
    return keyring;
  }

  async function openKeyring(): Promise<Key | undefined> {
    const hasBus = process.platform !== "linux" || env.DBUS_SESSION_BUS_ADDRESS !== undefined;
    if (config.keyring === "never" || !hasBus) return undefined;
    const { readEntry, writeEntry } = await import("./keyring.ts");
    const signal = AbortSignal.timeout(KEYRING_MS);
    const known = await readEntry(signal);
    const secret = known ?? randomBytes(32).toString("base64");
    if (known === undefined) await writeEntry(secret, signal);
    return { kind: "keyring", of: () => Buffer.from(secret, "base64") };
  }

  function placeOf(kind: SecretsPlace["kind"]): SecretsPlace {
    const text = {
      keyring: `In ${file}, encrypted; its key is in the keyring of this system.`,
      passphrase: `In ${file}, encrypted with the passphrase of GANTRY_SECRETS_PASSPHRASE.`,
      file: `In ${file}, encrypted, but its key lies beside it, since there is no keyring here: whoever reads your files can read it.`,
    }[kind];
    return { kind, text };
  }
};

export default setup;
