/** The system's keyring: Keychain, the Credential Manager, or a Secret Service. */
import { AsyncEntry } from "@napi-rs/keyring";

/** The kernel's own keyring of Linux forgets all when the machine is restarted. */
const entry = () => new AsyncEntry("gantry", "secrets", { linux: { store: "secret-service" } });

export async function readEntry(signal: AbortSignal): Promise<string | undefined> {
  return (await entry().getPassword(signal)) ?? undefined;
}

export async function writeEntry(secret: string, signal: AbortSignal): Promise<void> {
  await entry().setPassword(secret, signal);
}
