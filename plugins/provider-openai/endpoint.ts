import type { HostInfo } from "gantry/sdk";

/** A server that speaks chat completions. */
export interface Endpoint {
  /** Without a slash at the end; usually ends in `/v1`. */
  readonly baseUrl: string;
  /** For people: never with the password that an address may hold. */
  readonly name: string;
  readonly key: string | undefined;
  /** OpenAI itself, which knows fields that others refuse. */
  readonly isOpenAi: boolean;
  /** On this machine, where a model may take minutes to load and to read a prompt. */
  readonly isLocal: boolean;
}

/** The endpoint the environment names; a key alone, the person's own too, means OpenAI itself. */
export function endpointOf({ env }: Pick<HostInfo, "env">, key: string | undefined): Endpoint | undefined {
  const baseUrl = env.OPENAI_BASE_URL?.trim() || (key && "https://api.openai.com/v1");
  return baseUrl ? endpointAt(baseUrl, key) : undefined;
}

export function endpointAt(address: string, key?: string): Endpoint {
  const baseUrl = address.replace(/\/+$/, "");
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  const host = url?.hostname ?? "";
  return {
    baseUrl,
    name: url?.host ?? "OPENAI_BASE_URL",
    key,
    isOpenAi: host === "api.openai.com" || host.endsWith(".api.openai.com"),
    isLocal: host === "localhost" || host === "[::1]" || /^127\./.test(host),
  };
}

export function headersFor({ key }: Endpoint): Readonly<Record<string, string>> {
  return key === undefined ? {} : { authorization: `Bearer ${key}` };
}
