import { BaseAnthropic } from "@anthropic-ai/sdk/client";
import type { HostInfo, Http, HttpResponse } from "gantry/sdk";
import type { Body } from "./body.ts";
import { badBaseUrl, noCredentials } from "./failure.ts";

/** The version of the API that the SDK's types describe; a test compares it with what the SDK itself sends. */
export const API_VERSION = "2026-10-21";

/** The last resort: how long a model may take is for whoever wraps the provider to say. */
const LONGEST_WAIT_MS = 600_000;

type BuildRequest = BaseAnthropic["buildRequest"];

/** As much of a fetch response as the SDK looks at. */
interface ClientResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly url: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly text: () => Promise<string>;
  readonly http: HttpResponse;
}

/**
 * The SDK's client on top of the Http service. Its own way of building headers and sending is replaced, because it touches
 * the global `Headers` and `fetch`, whose first use costs a start on Node 20 some 100 ms.
 */
export class Client extends BaseAnthropic {
  readonly #http: Http;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #kept: () => Promise<string | undefined>;
  readonly #secrets: string[];

  /** `kept`: the key that the person keeps as a secret, asked for where the environment has none. */
  constructor(
    http: Http,
    host: HostInfo,
    betas: readonly string[],
    kept: () => Promise<string | undefined> = async () => undefined,
  ) {
    const { env } = host;
    const apiKey = env.ANTHROPIC_API_KEY || null;
    const authToken = apiKey ? null : env.ANTHROPIC_AUTH_TOKEN || null;
    super({
      apiKey,
      authToken,
      baseURL: env.ANTHROPIC_BASE_URL || "https://api.anthropic.com",
      webhookKey: null,
      maxRetries: 0,
      fetch: () => Promise.reject(new Error("requests go through the Http service")),
      openTelemetry: false,
      logLevel: "off",
    });
    const credential = apiKey ?? authToken;
    const custom = readHeaders(env.ANTHROPIC_CUSTOM_HEADERS);
    this.#http = http;
    this.#kept = kept;
    this.#headers = {
      accept: "application/json",
      "accept-encoding": "identity",
      "anthropic-version": API_VERSION,
      "content-type": "application/json",
      "user-agent": `gantry/${host.version}`,
      ...(credential && { authorization: `Bearer ${credential}` }),
      ...custom,
      ...(betas.length && { "anthropic-beta": [custom["anthropic-beta"], ...betas].filter(Boolean).join() }),
    };
    this.#secrets = [credential ?? "", ...Object.values(custom)].filter((value) => value.length >= 8);
  }

  /** What must not appear in any text for a person. */
  get secrets(): readonly string[] {
    return this.#secrets;
  }

  /** Credentials come from the environment of the host alone, never from files that a project could bring. */
  override _shouldResolveDefaultCredentials(): boolean {
    return false;
  }

  /** Sends the pieces of a body that is JSON already and gives the response, whatever it is, with a status of 2xx. */
  async send(path: string, body: Body | undefined, signal: AbortSignal, beta?: string): Promise<HttpResponse> {
    const method = body === undefined ? "get" : "post";
    const headers = beta === undefined ? {} : { "anthropic-beta": beta };
    const response: unknown = await this.request({ method, path, body, signal, headers }).asResponse();
    return (response as ClientResponse).http;
  }

  override async buildRequest(options: Parameters<BuildRequest>[0]): ReturnType<BuildRequest> {
    const credential = await this.#credential();
    if (!URL.canParse(this.baseURL)) throw badBaseUrl();
    const headers = { ...this.#headers, ...credential, ...this.#betaHeader(options.headers) };
    const req = { method: options.method, headers, body: options.body, signal: options.signal };
    return { req: req as never, url: this.buildURL(options.path, undefined), timeout: 0 };
  }

  async #credential(): Promise<Readonly<Record<string, string>>> {
    if (this.#headers.authorization || this.#headers["x-api-key"]) return {};
    const key = await this.#kept();
    if (key === undefined) throw noCredentials();
    if (!this.#secrets.includes(key)) this.#secrets.push(key);
    return { authorization: `Bearer ${key}` };
  }

  #betaHeader(given: unknown): Readonly<Record<string, string>> {
    const beta = (given as Readonly<Record<string, string>> | undefined)?.["anthropic-beta"];
    return beta ? { "anthropic-beta": [this.#headers["anthropic-beta"], beta].filter(Boolean).join() } : {};
  }

  override async fetchWithTimeout(url: unknown, init: unknown): Promise<Response> {
    const { method, headers, body, signal } = init as {
      method: string;
      headers: Record<string, string>;
      body?: Body;
      signal?: AbortSignal;
    };
    const response = await this.#http.request({
      method: method.toUpperCase() as "GET" | "POST",
      url: url as string,
      headers,
      headersTimeoutMs: LONGEST_WAIT_MS,
      ...(body !== undefined && { body }),
      ...(signal && { signal }),
    });
    const { status } = response;
    const shown: ClientResponse = {
      ok: status >= 200 && status < 300,
      status,
      url: url as string,
      headers: new Map(Object.entries(response.headers)),
      text: () => response.text(1024 * 1024),
      http: response,
    };
    return shown as unknown as Response;
  }
}

/** `Name: value`, one a line. */
function readHeaders(lines = ""): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return headers;
}
