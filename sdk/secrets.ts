import { createService } from "./service.ts";

/** Where secrets are kept, for whoever wants to tell the person. */
export interface SecretsPlace {
  /** `keyring`: sealed by the system's keyring. `passphrase`: by one that the person has set. `file`: by a key that lies beside them. */
  readonly kind: "keyring" | "passphrase" | "file";
  /** One sentence. */
  readonly text: string;
}

/**
 * What must not be read by others: tokens of servers, credentials of clients. Kept from run to run, by name.
 *
 * **Contract**: values never reach a log or an error. `get` gives `undefined` for what is not there and for what cannot be opened
 * here, such as a secret that was sealed by a keyring that is locked; `set` rejects with `GANTRY_SECRETS_UNSAVED`.
 *
 * @example
 * const rememberToken = async (secrets: Secrets, token: string) => {
 *   await secrets.set("weather:token", token);
 *   return (await secrets.place()).text;
 * };
 */
export interface Secrets {
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
  /** Whether there was anything to forget. */
  remove(name: string): Promise<boolean>;
  /** Where the next secret goes. */
  place(): Promise<SecretsPlace>;
}
export const Secrets = createService<Secrets>("secrets");
