/** The file of secrets: each sealed for itself, bound to its name. */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { type JsonObject, type Log, messageOf, PluginError, type Secrets, type SecretsPlace, z } from "gantry/sdk";
import { parseSettingsText, readSettingsText } from "gantry/sdk/kit/settings-text";
import { writeSettings } from "gantry/sdk/kit/settings-write";
import type { Key } from "./keys.ts";

export interface VaultParts {
  readonly file: string;
  readonly log: Log;
  readonly sealing: () => Promise<Key | undefined>;
  readonly opening: (kind: SecretsPlace["kind"]) => Promise<Key | undefined>;
}

const sealedSchema = z.object({
  key: z.enum(["keyring", "passphrase", "file"]),
  salt: z.base64(),
  iv: z.base64(),
  tag: z.base64(),
  data: z.base64(),
});
type Sealed = z.infer<typeof sealedSchema>;

export function createVault({ file, log, sealing, opening }: VaultParts): Omit<Secrets, "place"> {
  return {
    async get(name) {
      const sealed = entryOf(name);
      const key = sealed && (await opening(sealed.key));
      if (!sealed || !key) return undefined;
      try {
        return opened(name, sealed, key);
      } catch {
        log(`The secret ${name} cannot be opened: it was sealed with another key.`);
        return undefined;
      }
    },
    async set(name, value) {
      try {
        const key = await sealing();
        if (!key) throw new Error("there is no key to seal it with");
        const entry: JsonObject = { ...sealed(name, value, key) };
        await writeSettings(file, (current) => ({ ...current, [name]: entry }));
      } catch (thrown) {
        throw new PluginError(
          "GANTRY_SECRETS_UNSAVED",
          `The secret ${name} cannot be kept in ${file}: ${messageOf(thrown)}`,
          "Give access to the file and its folder.",
          thrown,
        );
      }
    },
    async remove(name) {
      if (!Object.hasOwn(read(), name)) return false;
      await writeSettings(file, ({ [name]: _, ...others }) => others);
      return true;
    },
  };

  function entryOf(name: string): Sealed | undefined {
    const all = read();
    if (!Object.hasOwn(all, name)) return undefined;
    return sealedSchema.safeParse(all[name]).data;
  }

  function read(): JsonObject {
    try {
      const found = readSettingsText(file);
      return found ? parseSettingsText(found.text) : {};
    } catch (thrown) {
      log(`The secrets in ${file} cannot be read: ${messageOf(thrown)}`);
      return {};
    }
  }
}

function sealed(name: string, value: string, key: Key): Sealed {
  const [salt, iv] = [randomBytes(16), randomBytes(12)];
  const cipher = createCipheriv("aes-256-gcm", key.of(salt), iv).setAAD(Buffer.from(name));
  const data = Buffer.concat([cipher.update(value, "utf8"), cipher.final()]);
  const text = (bytes: Buffer) => bytes.toString("base64");
  return { key: key.kind, salt: text(salt), iv: text(iv), tag: text(cipher.getAuthTag()), data: text(data) };
}

function opened(name: string, { salt, iv, tag, data }: Sealed, key: Key): string {
  const bytes = (text: string) => Buffer.from(text, "base64");
  const options = { authTagLength: 16 };
  const cipher = createDecipheriv("aes-256-gcm", key.of(bytes(salt)), bytes(iv), options)
    .setAAD(Buffer.from(name))
    .setAuthTag(bytes(tag));
  return Buffer.concat([cipher.update(bytes(data)), cipher.final()]).toString("utf8");
}
