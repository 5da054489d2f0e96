import {
  type Command,
  type CommandSession,
  type Figures,
  type HostReport,
  isGantryError,
  type ModelFigures,
  messageOf,
  type Setup,
} from "gantry/sdk";
import type { commandCore } from "./index.ts";

const setup: Setup<typeof commandCore> = ({ use }) => ({
  commands: {
    help: () => helpText(use.inspector.report()),
    model,
    cost: (_, session) => (use.meter ? costText(use.meter.of(session)) : "No plugin counts what a session uses."),
    exit,
    quit: exit,
  },
});

export default setup;

const model: Command = async (args, session) => {
  try {
    if (args.trim()) await session.setModel(args.trim());
  } catch (cause) {
    // A name that nobody has is an answer for the person, not a failure of the plugin.
    if (isGantryError(cause)) return `${cause.message} ${cause.remedy ?? ""}`.trimEnd();
    throw cause;
  }
  return `The model is ${nameOf(session)}.`;
};

const exit: Command = (_, session) => {
  // The session waits for this very command to end.
  session.close("exit").catch((cause) => session.notify({ level: "error", text: messageOf(cause) }));
  return undefined;
};

function nameOf({ model }: CommandSession): string {
  return `${model.provider}/${model.id}`;
}

function helpText({ plugins }: HostReport): string {
  const lines = plugins.flatMap(({ manifest, contributes }) =>
    (contributes.commands ?? []).map((name) => {
      const { description = "", argumentHint = "" } = manifest.commands?.[name] ?? {};
      return [`/${name} ${argumentHint}`.trimEnd(), description] as const;
    }),
  );
  lines.sort(([a], [b]) => a.localeCompare(b));
  const width = Math.max(0, ...lines.map(([usage]) => usage.length));
  return lines.map(([usage, description]) => `${usage.padEnd(width)}  ${description}`.trimEnd()).join("\n");
}

function costText(figures: Figures): string {
  const models = Object.entries(figures.byModel);
  const lines = [`In all: ${figuresText(figures)}, ${(figures.apiMs / 1000).toFixed(1)} s of waiting for models.`];
  if (models.length > 1) for (const [name, each] of models) lines.push(`${name}: ${figuresText(each)}`);
  return lines.join("\n");
}

function figuresText({ usage, costUsd, requests }: ModelFigures): string {
  const cached = usage.cache_read_input_tokens + usage.cache_creation_input_tokens;
  const input = count(usage.input_tokens + cached, "token");
  const price = costUsd === undefined ? "price not known" : `$${costUsd.toFixed(4)}`;
  const fromCache = usage.cache_read_input_tokens ? ` (${usage.cache_read_input_tokens} from the cache)` : "";
  return `${price}, ${count(requests, "request")}, ${input} in${fromCache}, ${usage.output_tokens} out`;
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}
