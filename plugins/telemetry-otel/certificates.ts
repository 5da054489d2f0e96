/** Certificates that the OTEL_* variables name. */
import { readFileSync } from "node:fs";
import { isAbsolute } from "node:path";
import { type HttpCertificates, messageOf } from "gantry/sdk";

const PARTS = [
  ["ca", "CERTIFICATE"],
  ["cert", "CLIENT_CERTIFICATE"],
  ["key", "CLIENT_KEY"],
] as const;

/** The certificates, or a sentence that says why there can be none; `of` gives what a variable says. */
export function readCertificates(of: (name: string) => string | undefined): HttpCertificates | string {
  const named = PARTS.flatMap(([part, name]) => {
    const path = of(name);
    return path ? [{ part, name: `OTEL_EXPORTER_OTLP_${name}`, path }] : [];
  });
  // What a relative path leads to depends on the folder, which has no say.
  const relative = named.find(({ path }) => !isAbsolute(path));
  if (relative) return `${relative.name} is no absolute path.`;
  if (Boolean(of("CLIENT_CERTIFICATE")) !== Boolean(of("CLIENT_KEY"))) {
    return "Of OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY one is missing.";
  }
  const read: Record<string, string> = {};
  for (const { part, name, path } of named) {
    try {
      read[part] = readFileSync(path, "utf8");
    } catch (thrown) {
      return `The file that ${name} names cannot be read (${(thrown as NodeJS.ErrnoException).code}).`;
    }
  }
  return problemWith(read) ?? read;
}

/** What OpenSSL says of them, which names neither their content nor their paths. */
function problemWith(certificates: HttpCertificates): string | undefined {
  if (!Object.keys(certificates).length) return undefined;
  try {
    // TLS itself passes over an authority that is none.
    const { X509Certificate } = process.getBuiltinModule("node:crypto");
    if (certificates.ca !== undefined) new X509Certificate(certificates.ca);
    process.getBuiltinModule("node:tls").createSecureContext(certificates);
    return undefined;
  } catch (thrown) {
    return `The certificates that OTEL_EXPORTER_OTLP_* name cannot be used: ${messageOf(thrown)}.`;
  }
}
