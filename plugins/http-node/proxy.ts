import { PluginError } from "gantry/sdk";

/** Which proxy is for what, as the environment says. */
export interface Proxies {
  readonly http: URL | undefined;
  readonly https: URL | undefined;
  /** Hosts that are reached directly, as `NO_PROXY` lists them. */
  readonly direct: readonly string[];
}

/** Reads `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`; the lower-case spelling wins, as in curl. */
export function readProxies(env: Readonly<Record<string, string | undefined>>): Proxies {
  const read = (name: string) => env[name.toLowerCase()] || env[name] || "";
  return {
    http: readProxy("HTTP_PROXY", read("HTTP_PROXY")),
    https: readProxy("HTTPS_PROXY", read("HTTPS_PROXY")),
    direct: read("NO_PROXY")
      .toLowerCase()
      .split(/[\s,]+/)
      .filter(Boolean),
  };
}

function readProxy(name: string, value: string): URL | undefined {
  if (!value) return undefined;
  const text = value.includes("://") ? value : `http://${value}`;
  if (URL.canParse(text) && /^https?:/.test(text)) return new URL(text);
  throw new PluginError(
    "GANTRY_HTTP_PROXY",
    `${name} is not the address of an HTTP proxy.`,
    `Set ${name} to an address like http://proxy.example.com:8080, or unset it.`,
  );
}

/** The proxy on the way to an address. This machine itself is always reached directly. */
export function proxyFor(url: URL, proxies: Proxies): URL | undefined {
  const proxy = url.protocol === "https:" ? proxies.https : proxies.http;
  if (!proxy || isThisMachine(url.hostname)) return undefined;
  return proxies.direct.some((rule) => isDirect(url, rule)) ? undefined : proxy;
}

function isThisMachine(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** `*`, a host, a domain with or without a leading dot or star, each with or without a port. */
function isDirect(url: URL, rule: string): boolean {
  if (rule === "*") return true;
  const [, name = "", port] = /^(.*?)(?::(\d+))?$/.exec(rule) ?? [];
  if (port && port !== (url.port || (url.protocol === "https:" ? "443" : "80"))) return false;
  const domain = name.replace(/^\*?\./, "");
  return url.hostname === domain || url.hostname.endsWith(`.${domain}`);
}

/** A host as sockets want it: an IPv6 address without its brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}

/** The name and password of an address, as a header carries them. */
export function basic(url: URL): string {
  const words = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return `Basic ${Buffer.from(words).toString("base64")}`;
}
