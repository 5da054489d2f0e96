/** `gantry hooks`: what is configured, in which order, and what an event would run. */
import { type FrontendHost, PluginError, type SessionView, type Subcommand } from "gantry/sdk";
import { didYouMean } from "gantry/sdk/kit/nearest";
import { visibleLine } from "gantry/sdk/kit/visible";
import { environmentOf } from "./environment.ts";
import { EVENT_NAMES, rulesOf } from "./events.ts";
import type { HookReport, OwnMoment } from "./fire.ts";
import { deniesOnFailure, timeoutOf, whatRuns } from "./handlers.ts";
import type { Kit } from "./kit.ts";
import type { Hook } from "./read.ts";
import { needsOpenSession, sampleOf, supposedSession } from "./sample.ts";

const ACTIONS = ["list", "test", "run"];

export function createSubcommand(kit: Kit): Subcommand {
  return async ([action = "list", event, subject], flags, host) => {
    const write = (value: unknown, lines: readonly string[]) =>
      void host.stdout.write(flags.json ? `${JSON.stringify(value, null, 2)}\n` : `${lines.join("\n")}\n`);
    if (action === "list") return list(kit, write);
    if (!ACTIONS.includes(action)) throw unknownAction(action);
    if (event === undefined) throw noEvent(action);
    const moment = sampleOf(host, event, subject, flags.input);
    return action === "test" ? test(kit, moment, host, write) : run(kit, moment, host, write);
  };
}

type Write = (value: unknown, lines: readonly string[]) => void;

async function list({ book, host, claims }: Kit, write: Write): Promise<number> {
  const events = EVENT_NAMES.map((event) => ({ event, hooks: book.of(event) })).filter(({ hooks }) => hooks.length);
  // Settings say nothing of a folder before it is trusted.
  const waiting = host.isTrusted ? [] : await claims();
  const data = events.map(({ event, hooks }) => ({
    event,
    isFired: rulesOf(event).isFired === true,
    hooks: hooks.map((hook) => ({ ...about(hook), whyOff: book.whyOff(hook) })),
  }));
  const lines = events.flatMap(({ event, hooks }) => [
    rulesOf(event).isFired ? event : `${event} (no plugin here fires it)`,
    ...hooks.map((hook, at) => `  ${at + 1}. ${described(hook)}${suffix(book.whyOff(hook))}`),
  ]);
  write({ events: data, untrusted: waiting, problems: book.problems }, [
    ...(lines.length || waiting.length ? lines : ["No hooks are configured."]),
    ...(waiting.length ? ["Left out until you trust this folder:"] : []),
    ...waiting.map(({ text, source }) => `  ${visibleLine(text, 400)} | ${visibleLine(source)}`),
    ...book.problems.map((problem) => `Problem: ${problem}`),
  ]);
  return 0;
}

/** What would run, and what it would read; nothing runs. */
async function test({ firing, host: info }: Kit, moment: OwnMoment, host: FrontendHost, write: Write): Promise<number> {
  const session = supposedSession(host, () => undefined);
  const input = firing.inputOf(session, moment);
  const planned = await firing.plan(session, moment);
  const runs = planned.filter(({ whyNot }) => whyNot === undefined).map(({ hook }) => hook);
  const data = planned.map(({ hook, whyNot }) => ({ ...about(hook), wouldRun: whyNot === undefined, whyNot }));
  const [first] = runs;
  const environment = first ? environmentNames(first, session, input, info) : [];
  write({ input, environment, hooks: data }, [
    `${moment.event}${moment.subject ? ` (${visibleLine(moment.subject, 100)})` : ""}: ${runs.length} of ${planned.length} hooks would run. Nothing was run.`,
    ...planned.map(({ hook, whyNot }, at) => `  ${at + 1}. ${described(hook)}${suffix(whyNot)}`),
    "Each would read:",
    JSON.stringify(input, null, 2),
    ...(environment.length ? [`and find in its environment: ${environment.join(", ")}`] : []),
  ]);
  return 0;
}

function environmentNames(
  hook: Hook,
  session: SessionView,
  input: Readonly<Record<string, unknown>>,
  host: Kit["host"],
): readonly string[] {
  if (hook.handler.type !== "command") return [];
  return Object.keys(environmentOf({ hook, session, input }, host, "look")).filter((name) => name.startsWith("CLAUDE"));
}

/** Runs the hooks of one event, for once, and shows what each said. */
async function run({ firing }: Kit, moment: OwnMoment, host: FrontendHost, write: Write): Promise<number> {
  const notices: string[] = [];
  const reports: HookReport[] = [];
  const supposed = supposedSession(host, (text) => void notices.push(text));
  const planned = await firing.plan(supposed, moment);
  const types = planned.flatMap(({ hook, whyNot }) => (whyNot === undefined ? [hook.handler.type] : []));
  const opened = needsOpenSession(types) ? await host.open({ isInteractive: false }) : undefined;
  try {
    const watched = { ...moment, onReport: (report: HookReport) => void reports.push(report) };
    const outcome = await firing.fire(opened ?? supposed, watched);
    const data = reports.map(({ hook, answer, ms }) => ({ ...about(hook), answer, ms: Math.round(ms) }));
    write({ hooks: data, outcome, notices }, [
      `${moment.event}: ${reports.length} of ${planned.length} hooks ran.`,
      ...reports.flatMap(({ hook, answer, ms }) => [
        `  ${described(hook)}`,
        `    after ${Math.round(ms)} ms: ${visibleLine(JSON.stringify(answer), 2_000)}`,
      ]),
      `Together: ${visibleLine(JSON.stringify(outcome), 4_000)}`,
      ...notices.map((notice) => `Notice: ${visibleLine(notice)}`),
    ]);
  } finally {
    await supposed.end();
    await opened?.close();
  }
  return 0;
}

function about({ event, matcher, handler, layer, source }: Hook) {
  return { event, matcher: matcher ?? "", layer, source, timeout: timeoutOf(event, handler), handler };
}

function described({ event, matcher, handler, layer, source }: Hook): string {
  const parts = [
    `${matcher || "*"}: ${handler.type} ${whatRuns(handler)}`,
    handler.if ? `if ${handler.if}` : "",
    `${timeoutOf(event, handler)} s`,
    deniesOnFailure(event, handler) ? "denies if it fails" : "",
    `${layer}, ${source}`,
  ];
  return visibleLine(parts.filter(Boolean).join(" | "), 400);
}

function suffix(whyNot: string | undefined): string {
  return whyNot === undefined ? "" : ` | does not run: ${whyNot}`;
}

function unknownAction(action: string): PluginError {
  return new PluginError(
    "GANTRY_HOOKS_ACTION",
    `\`gantry hooks\` cannot "${action}".${didYouMean(action, ACTIONS)}`,
    "Use list, test <event> or run <event>.",
  );
}

function noEvent(action: string): PluginError {
  return new PluginError(
    "GANTRY_HOOKS_NO_EVENT",
    `\`gantry hooks ${action}\` needs an event.`,
    `Name one, such as gantry hooks ${action} PreToolUse Bash.`,
  );
}
