/** Telemetry that is on: what is watched, what is kept of it, and where it goes. */
import { messageOf, newId, type SessionView, type SetupContext } from "gantry/sdk";
import { realClock } from "gantry/sdk/kit/clock";
import { createContent } from "./content.ts";
import { createDelivery } from "./delivery.ts";
import { createEmit } from "./emit.ts";
import { createHeadersHelper, helperIn, intervalIn } from "./headers-helper.ts";
import type { telemetryOtel } from "./index.ts";
import { watchModel } from "./model-calls.ts";
import { outerSpan } from "./outer-span.ts";
import { createScripts } from "./scripts.ts";
import { createSessions } from "./sessions.ts";
import type { Environment } from "./switch.ts";
import { readTargets } from "./targets.ts";
import { type TelemetryTaps, tell } from "./tell.ts";

type Context = Pick<SetupContext<typeof telemetryOtel>, "use" | "host" | "log" | "scope">;

export async function startRecording({ use, host, log, scope }: Context, env: Environment): Promise<TelemetryTaps> {
  const { targets, problems } = readTargets(env);
  const notices = [...problems];
  const open = new Set<SessionView>();
  const http = await use.http?.();
  if (!http && targets.some(({ protocol }) => protocol !== "grpc"))
    notices.push("Telemetry is not sent: no plugin provides the service http.");

  let isTold = false;
  const onFailure = (text: string) => {
    log(text);
    const [session] = open;
    if (isTold || !session) return;
    isTold = true;
    tell(session, [text]);
  };

  const words = helperIn(await use.settings?.().catch(() => undefined), host);
  const helper = words.length
    ? createHeadersHelper({
        words,
        everyMs: intervalIn(env),
        exec: use.exec,
        host,
        clock: realClock,
        signal: scope.signal,
        onFailure: (problem) => onFailure(`Telemetry is sent with earlier headers: ${problem}.`),
      })
    : undefined;
  const ways = { targets, http, helper, env, host, instance: newId(), clock: realClock, onFailure };
  const delivery = createDelivery(ways);
  scope.own(() => delivery.close());

  const emit = createEmit(delivery.providers, realClock, env, host.version);
  const inspector = await use.inspector();
  const [permissions, meter] = [await use.permissions?.(), await use.meter?.()];
  const content = createContent(env);
  const sessions = createSessions({ emit, content, permissions, inspector, outer: outerSpan(env) });
  const safely = (work: () => void) => {
    try {
      work();
    } catch (thrown) {
      log(`something was not recorded: ${messageOf(thrown)}`);
    }
  };
  const hooks = await use.hooks?.();
  const script = createScripts(emit, content);
  if (hooks) scope.own(hooks.watch((activity, session) => safely(() => script(activity, session))));
  scope.own(inspector.watch((span, session) => safely(() => sessions.tapped(span, session))));

  return {
    sessionStart(session) {
      if (session.parent) return;
      open.add(session);
      session.scope.own(() => void open.delete(session));
      tell(session, notices.splice(0));
      safely(() => sessions.begin(session));
      delivery.begin();
    },
    modelWrap: (stream, session) => watchModel(stream, session, { emit, meter, safely }),
    event: (event, session) => safely(() => sessions.saw(event, session)),
    sessionEnd: (session) => (session.parent ? undefined : delivery.end()),
  };
}
