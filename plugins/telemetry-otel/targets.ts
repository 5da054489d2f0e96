/** What the OTEL_* variables ask for. */
import { parseKeyPairsIntoRecord } from "@opentelemetry/core";
import { defaultResource, type Resource, resourceFromAttributes } from "@opentelemetry/resources";
import type { HostInfo, HttpCertificates } from "gantry/sdk";
import { readCertificates } from "./certificates.ts";
import { areHeaders } from "./header-text.ts";
import { type Environment, isYes } from "./switch.ts";

const PROTOCOLS = ["http/protobuf", "http/json", "grpc"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export type Signal = "traces" | "metrics" | "logs";

/** Where one signal goes, and how. */
export interface Target {
  readonly signal: Signal;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocol: Protocol;
  readonly certificates: HttpCertificates;
  readonly isCompressed: boolean;
  readonly timeoutMs: number;
  /** How often what has been gathered is sent. */
  readonly everyMs: number;
}

export interface Targets {
  readonly targets: readonly Target[];
  /** What was asked for and cannot be done, for the person. */
  readonly problems: readonly string[];
}

export const SIGNALS: readonly Signal[] = ["traces", "metrics", "logs"];

/** The first variable that is set counts. */
const INTERVALS: Readonly<Record<Signal, { readonly names: readonly string[]; readonly usual: number }>> = {
  traces: { names: ["OTEL_TRACES_EXPORT_INTERVAL", "OTEL_BSP_SCHEDULE_DELAY"], usual: 5_000 },
  metrics: { names: ["OTEL_METRIC_EXPORT_INTERVAL"], usual: 60_000 },
  logs: { names: ["OTEL_LOGS_EXPORT_INTERVAL", "OTEL_BLRP_SCHEDULE_DELAY"], usual: 5_000 },
};
const PATHS: Readonly<Record<Signal, string>> = { traces: "v1/traces", metrics: "v1/metrics", logs: "v1/logs" };
const LONGEST_TIMER = 2 ** 31 - 1;

export function readTargets(env: Environment): Targets {
  const read = SIGNALS.map((signal) => [signal, readTarget(signal, env)] as const);
  const targets = read.flatMap(([, target]) => (typeof target === "object" ? [target] : []));
  const reasons = new Set(read.flatMap(([, reason]) => (typeof reason === "string" ? [reason] : [])));
  const problems = [...reasons].map((reason) => {
    const signals = read.flatMap(([signal, given]) => (given === reason ? [signal] : []));
    return `Telemetry: no ${signals.join(" and no ")} are sent. ${reason}`;
  });
  return { targets, problems };
}

/** The target, the reason why there can be none, or nothing where none is wanted. */
function readTarget(signal: Signal, env: Environment): Target | string | undefined {
  const exporters = listed(env[`OTEL_${signal.toUpperCase()}_EXPORTER`] || "otlp");
  if (exporters.includes("none")) return undefined;
  const unknown = exporters.find((name) => name !== "otlp");
  if (!exporters.includes("otlp")) return `The exporter "${unknown}" is not one of "otlp" and "none".`;

  const of = (name: string) =>
    env[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${name}`]?.trim() || env[`OTEL_EXPORTER_OTLP_${name}`]?.trim();
  const wanted = of("PROTOCOL") ?? "http/protobuf";
  const protocol = PROTOCOLS.find((known) => known === wanted);
  if (!protocol)
    return `The protocol "${wanted}" is not spoken. Set OTEL_EXPORTER_OTLP_PROTOCOL to one of ${PROTOCOLS.join(", ")}.`;
  const certificates = readCertificates(of);
  if (typeof certificates === "string") return certificates;
  const url = protocol === "grpc" ? grpcUrlOf(of) : urlOf(signal, env);
  if (!url)
    return "The endpoint is no http or https address. Set OTEL_EXPORTER_OTLP_ENDPOINT, such as http://localhost:4318 (4317 for gRPC).";
  const headers = headersOf(env.OTEL_EXPORTER_OTLP_HEADERS, env[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_HEADERS`]);
  if (!headers)
    return "OTEL_EXPORTER_OTLP_HEADERS holds what is no header. Write name=value,name=value, with %XX for special characters.";
  return {
    signal,
    url,
    headers,
    protocol,
    certificates,
    isCompressed: of("COMPRESSION") === "gzip",
    timeoutMs: milliseconds(of("TIMEOUT")) ?? 10_000,
    everyMs: INTERVALS[signal].names.map((name) => milliseconds(env[name])).find(Boolean) ?? INTERVALS[signal].usual,
  };
}

function urlOf(signal: Signal, env: Environment): string | undefined {
  const own = env[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`]?.trim();
  const text = own || env.OTEL_EXPORTER_OTLP_ENDPOINT?.trim() || "http://localhost:4318";
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:") return undefined;
  if (!own) url.pathname = `${url.pathname.replace(/\/$/, "")}/${PATHS[signal]}`;
  return url.href;
}

/** gRPC has the path for itself, and knows addresses without a scheme. */
function grpcUrlOf(of: (name: string) => string | undefined): string | undefined {
  const written = of("ENDPOINT") ?? "http://localhost:4317";
  const scheme = isYes(of("INSECURE")) ? "http" : "https";
  const text = written.includes("://") ? written : `${scheme}://${written}`;
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:") return undefined;
  url.pathname = "/";
  url.search = "";
  return url.href;
}

/** Of both lists, the later one counting first; `undefined` where an entry is no header. */
function headersOf(...lists: readonly (string | undefined)[]): Record<string, string> | undefined {
  const headers: Record<string, string> = {};
  for (const entry of lists.flatMap((list) => listed(list ?? ""))) {
    const [[name, value] = ["", ""]] = Object.entries(parseKeyPairsIntoRecord(entry));
    if (!areHeaders({ [name]: value })) return undefined;
    headers[name.toLowerCase()] = value;
  }
  return headers;
}

/** What is said of the program with everything it sends. */
export function resourceOf(env: Environment, { version }: Pick<HostInfo, "version">, instance: string): Resource {
  const own = {
    "service.name": "gantry",
    "service.version": version,
    "service.instance.id": instance,
    "os.type": process.platform === "win32" ? "windows" : process.platform,
    "host.arch": process.arch,
  };
  const given = parseKeyPairsIntoRecord(env.OTEL_RESOURCE_ATTRIBUTES);
  const named = env.OTEL_SERVICE_NAME?.trim() ? { "service.name": env.OTEL_SERVICE_NAME.trim() } : {};
  return defaultResource().merge(resourceFromAttributes({ ...own, ...given, ...named }));
}

/** Whether figures say what has come since the last ones. */
export function isDelta({ OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: wanted }: Environment): boolean {
  return /^(delta|lowmemory)$/i.test(wanted?.trim() ?? "");
}

function listed(text: string): readonly string[] {
  return text.split(",").flatMap((part) => part.trim() || []);
}

function milliseconds(text: string | undefined): number | undefined {
  const ms = Number(text?.trim() || Number.NaN);
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, LONGEST_TIMER) : undefined;
}
