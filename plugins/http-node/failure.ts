import { PluginError } from "gantry/sdk";

/** What a person knows an address by: never its path, query or password, which may hold secrets. */
export function nameOf(url: URL): string {
  return `${url.protocol}//${url.host}`;
}

export function badUrl(text: string): PluginError {
  const start = text.slice(0, 60).replace(/[?#].*$|\/\/[^/]*@/gs, "…");
  return new PluginError(
    "GANTRY_HTTP_URL",
    `"${start}" is not an http or https address.`,
    "Give an address like https://example.com/path.",
  );
}

export function aborted(url: URL): PluginError {
  return new PluginError("GANTRY_HTTP_ABORTED", `The request to ${nameOf(url)} was aborted.`);
}

export function timedOut(url: URL, ms: number): PluginError {
  return new PluginError(
    "GANTRY_HTTP_TIMEOUT",
    `The request to ${nameOf(url)} timed out: no answer within ${ms / 1000} s.`,
    "Try again later, or check the network and the address.",
  );
}

export function tooLarge(url: URL, maxBytes: number): PluginError {
  return new PluginError(
    "GANTRY_HTTP_TOO_LARGE",
    `The answer of ${nameOf(url)} is larger than ${maxBytes} bytes.`,
    "Ask for less, or read it piece by piece.",
  );
}

/** No response came. */
export function noConnection(url: URL, error: NodeJS.ErrnoException, proxy: URL | undefined): PluginError {
  if (error instanceof PluginError) return error;
  const code = error.code ?? "";
  const through = proxy ? ` through the proxy ${nameOf(proxy)}` : "";
  return new PluginError(
    "GANTRY_HTTP_NETWORK",
    `No connection to ${nameOf(url)}${through}: ${REASONS[code]?.[0] ?? error.message}${code && ` (${code})`}.`,
    REASONS[code]?.[1] ?? remedyForCertificate(error) ?? "Check the network and the address.",
    error,
  );
}

const REASONS: Readonly<Record<string, readonly [reason: string, remedy: string]>> = {
  ECONNREFUSED: ["nothing listens there", "Start the server, or correct the address."],
  ECONNRESET: ["the server closed the connection", "Try again."],
  EAI_AGAIN: ["the name could not be looked up", "Check the network."],
  ENOTFOUND: ["there is no such host", "Correct the name of the host, or check the network."],
  ETIMEDOUT: ["the server does not answer", "Check the network, or whether a proxy is needed (HTTPS_PROXY)."],
};

function remedyForCertificate(error: NodeJS.ErrnoException): string | undefined {
  if (!/CERT|SELF_SIGNED|UNABLE_TO/.test(error.code ?? "")) return undefined;
  return "If the certificate is your organisation's own, name its file in NODE_EXTRA_CA_CERTS.";
}
