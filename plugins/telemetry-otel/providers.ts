/** OpenTelemetry's SDK, set up for this host alone: nothing is registered for the whole process. */
import {
  createOtlpNetworkExportDelegate,
  ExporterMetrics,
  type IExporterTransport,
  OTLPExporterBase,
} from "@opentelemetry/otlp-exporter-base";
import {
  type IExporterMetricsHelper,
  type ISerializer,
  JsonLogsSerializer,
  JsonMetricsSerializer,
  JsonTraceSerializer,
  LogsExporterMetricsHelper,
  MetricsExporterMetricsHelper,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
  TraceExporterMetricsHelper,
} from "@opentelemetry/otlp-transformer";
import type { Resource } from "@opentelemetry/resources";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import {
  AggregationTemporality,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
  type ResourceMetrics,
} from "@opentelemetry/sdk-metrics";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import type { Signal, Target } from "./targets.ts";

/** A signal that is wanted, and the way to its collector. */
export interface Route {
  readonly target: Target;
  readonly transport: IExporterTransport;
}

export interface Providers {
  readonly traces: TracerProvider;
  readonly metrics: MeterProvider;
  readonly logs: LoggerProvider;
  /** Sends what has been gathered of a signal; resolves when it has been sent or given up. */
  flush(signal: Signal): Promise<void>;
  shutdown(): Promise<void>;
}

type Routes = Partial<Record<Signal, Route>>;

/** Requests under way at the same time; as many full batches can wait. */
const MOST_AT_ONCE = 8;

export function createProviders({ traces, metrics, logs }: Routes, resource: Resource, isDelta: boolean): Providers {
  const exporters = {
    ...(traces && {
      traces: createExporter(traces, ProtobufTraceSerializer, JsonTraceSerializer, TraceExporterMetricsHelper),
    }),
    ...(metrics && {
      metrics: withTemporality(
        createExporter(metrics, ProtobufMetricsSerializer, JsonMetricsSerializer, MetricsExporterMetricsHelper),
        isDelta ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE,
      ),
    }),
    ...(logs && {
      logs: createExporter(logs, ProtobufLogsSerializer, JsonLogsSerializer, LogsExporterMetricsHelper),
    }),
  };
  const providers = {
    traces: new TracerProvider({
      resource,
      spanProcessors:
        traces && exporters.traces
          ? [new BatchSpanProcessor({ exporter: exporters.traces, scheduledDelayMillis: traces.target.everyMs })]
          : [],
    }),
    metrics: new MeterProvider({
      resource,
      readers:
        metrics && exporters.metrics
          ? [
              new PeriodicExportingMetricReader({
                exporter: exporters.metrics,
                exportIntervalMillis: metrics.target.everyMs,
              }),
            ]
          : [],
    }),
    logs: new LoggerProvider({
      resource,
      processors:
        logs && exporters.logs
          ? [new BatchLogRecordProcessor({ exporter: exporters.logs, scheduledDelayMillis: logs.target.everyMs })]
          : [],
    }),
  };
  return {
    ...providers,
    async flush(signal) {
      await settled(providers[signal].forceFlush());
      // A batch that was under way before is awaited by its exporter alone.
      await settled(exporters[signal]?.forceFlush());
    },
    async shutdown() {
      await Promise.all(Object.values(providers).map((provider) => settled(provider.shutdown())));
    },
  };
}

function createExporter<Items, Response>(
  { target, transport }: Route,
  protobuf: ISerializer<Items, Response>,
  json: ISerializer<Items, Response>,
  metricsHelper: IExporterMetricsHelper<Items>,
): OTLPExporterBase<Items> {
  const unmeasured = new ExporterMetrics({
    componentType: "otlp_http_exporter",
    metricsHelper,
    url: undefined,
    meterProvider: undefined,
    responseAttributesFromError: () => ({}),
  });
  const options = {
    timeoutMillis: target.timeoutMs,
    concurrencyLimit: MOST_AT_ONCE,
    compression: "none",
  } as const;
  const serializer = target.protocol === "http/json" ? json : protobuf;
  return new OTLPExporterBase(createOtlpNetworkExportDelegate(options, serializer, unmeasured, transport));
}

function withTemporality(
  exporter: OTLPExporterBase<ResourceMetrics>,
  temporality: AggregationTemporality,
): PushMetricExporter {
  return Object.assign(exporter, { selectAggregationTemporality: () => temporality });
}

/** What fails has been told of by the transport. */
function settled(work: Promise<void> | undefined): Promise<void> {
  return (work ?? Promise.resolve()).catch(() => {});
}
