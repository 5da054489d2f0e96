import { definePlugin, lazy, manifest, Secrets, z } from "gantry/sdk";

export const secretsKeyring = manifest({
  name: "secrets-keyring",
  description:
    "Secrets in an encrypted file whose key the system's keyring keeps; where there is none, a file beside it.",
  config: () =>
    z.object({
      keyring: z.enum(["auto", "never"]).default("auto").describe("whether the system's keyring is asked for the key"),
    }),
  provides: { secrets: Secrets },
});

export default definePlugin(
  secretsKeyring,
  lazy(() => import("./secrets-keyring.ts")),
);
