/** When things are sent: by the SDK now and then, and by us soon after the start and at the end. */
import type { HostInfo, Http } from "gantry/sdk";
import type { Clock } from "gantry/sdk/kit/clock";
import { within } from "gantry/sdk/kit/within";
import { createGrpcSender } from "./grpc.ts";
import type { HeadersHelper } from "./headers-helper.ts";
import { createHttpSender } from "./http.ts";
import { createProviders, type Providers } from "./providers.ts";
import type { Sender } from "./sender.ts";
import type { Environment } from "./switch.ts";
import { isDelta, resourceOf, type Target } from "./targets.ts";
import { createTransport, shownUrl } from "./transport.ts";

export interface Delivery {
  readonly providers: Providers;
  /** A session has begun: the first request goes out soon, so that what is wrong is said while somebody is there to read it. */
  begin(): void;
  /** Sends what is there, unless the collector is known to be gone; resolves when that is done or has taken long enough. */
  end(): Promise<void>;
  close(): Promise<void>;
}

export interface DeliveryParts {
  readonly targets: readonly Target[];
  /** Without it only gRPC is spoken. */
  readonly http: Http | undefined;
  readonly helper: HeadersHelper | undefined;
  readonly env: Environment;
  readonly host: Pick<HostInfo, "version">;
  readonly instance: string;
  readonly clock: Clock;
  /** Told of every failure, in words for the person. */
  readonly onFailure: (text: string) => void;
}

const SOON_MS = 200;
/** What the end of a session waits for the collector, at most. */
const END_MS = 2_000;

export function createDelivery({
  targets,
  http,
  helper,
  env,
  host,
  instance,
  clock,
  onFailure,
}: DeliveryParts): Delivery {
  const { version } = host;
  const closed = new AbortController();
  const routes = targets.flatMap((target) => {
    const sender = senderFor(target, http, version);
    if (!sender) return [];
    const fail = (problem: string) =>
      onFailure(`Telemetry is not delivered to ${shownUrl(target.url)}: ${problem}. Nothing else depends on it.`);
    const transport = createTransport({ target, sender, helper, clock, onFailure: fail });
    return [{ target, transport, fail, flushed: Promise.resolve() }];
  });
  const bySignal = Object.fromEntries(routes.map((route) => [route.target.signal, route]));
  const providers = createProviders(bySignal, resourceOf(env, host, instance), isDelta(env));
  let stopTimer: (() => void) | undefined;

  type Route = (typeof routes)[number];
  /** One after the other: the SDK leaves out what comes while it flushes. */
  function flush(route: Route): Promise<void> {
    route.flushed = route.flushed.then(() => providers.flush(route.target.signal));
    return route.flushed;
  }

  async function flushInTime(route: Route): Promise<void> {
    if (route.transport.isGone) return;
    route.transport.isPatient = false;
    await within(END_MS, closed.signal, () => flush(route)).catch(() => {
      if (!closed.signal.aborted) route.fail("it did not answer before the session had ended");
    });
    route.transport.isPatient = true;
  }

  return {
    providers,
    begin() {
      stopTimer ??= clock.after(SOON_MS, () => {
        for (const route of routes) void flush(route);
      });
    },
    async end() {
      await Promise.all(routes.map(flushInTime));
    },
    async close() {
      stopTimer?.();
      closed.abort();
      // First, so that what is still there is given up rather than sent.
      for (const { transport } of routes) transport.shutdown();
      await providers.shutdown();
    },
  };
}

function senderFor(target: Target, http: Http | undefined, version: string): Sender | undefined {
  if (target.protocol === "grpc") return createGrpcSender(target, version);
  return http && createHttpSender(target, http, version);
}
