import { createInterface } from "node:readline";
import {
  type FrontendHost,
  PERMISSION_MODES,
  type PermissionMode,
  PluginError,
  type Setup,
  type SubcommandFlags,
  type ToolManifest,
  type Verdict,
} from "gantry/sdk";
import { didYouMean } from "gantry/sdk/kit/nearest";
import { visible, visibleLine } from "gantry/sdk/kit/visible";
import type { permitCheck } from "./index.ts";
import { readLine } from "./lines.ts";
import { createSupposing } from "./supposing.ts";

const setup: Setup<typeof permitCheck> = ({ use, scope }) => {
  const suppose = createSupposing(use, scope);

  /** One line in, one line out, in order. */
  async function check({ stdin, stdout, info }: FrontendHost): Promise<number> {
    for await (const line of createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
      const asked = readLine(line, info);
      const answer = "problem" in asked ? { decision: "deny" as const, reason: asked.problem } : await suppose(asked);
      const said = {
        id: asked.id,
        decision: answer.decision,
        reason: answer.reason ?? "",
        matchedRule: answer.rule ?? null,
      };
      if (!stdout.write(`${JSON.stringify(said)}\n`)) await new Promise((resolve) => stdout.once("drain", resolve));
    }
    return 0;
  }

  async function explain(text: string, flags: SubcommandFlags, host: FrontendHost): Promise<number> {
    const tool = typeof flags.tool === "string" ? flags.tool : "Bash";
    const mode = typeof flags.mode === "string" ? modeNamed(flags.mode) : undefined;
    const input = inputOf(tool, text);
    const { cwd, home } = host.info;
    const verdict = await suppose({ tool, input, cwd, home, interactive: true, mode, rules: undefined });
    if (flags.json) host.stdout.write(`${JSON.stringify({ tool, input, ...verdict })}\n`);
    else host.stdout.write(explanation(tool, text, verdict));
    return 0;
  }

  /** An input of the tool that is about the text: in the field that permissions are about, with what else it cannot do without. */
  function inputOf(name: string, text: string): Readonly<Record<string, string>> {
    const tools: Readonly<Record<string, ToolManifest>> = Object.assign(
      Object.create(null),
      ...use.inspector.report().plugins.map(({ manifest }) => manifest.tools ?? {}),
    );
    const { family: _, ...fields } = tools[name]?.permission ?? { family: name };
    const [field = "input"] = Object.values(fields);
    const input = { [field]: text };
    if (tools[name]) return completed(input, tools[name].input);
    if (name.startsWith("mcp__")) return input;
    throw new PluginError(
      "GANTRY_PERMIT_TOOL",
      `There is no tool "${name}".${didYouMean(name, Object.keys(tools))}`,
      `Tools: ${Object.keys(tools).join(", ")}.`,
    );
  }

  return {
    subcommands: {
      async permissions([what, ...words], flags, host) {
        if (what === "check" && words.length === 0) return check(host);
        if (what === "explain" && words.length > 0) return explain(words.join(" "), flags, host);
        throw new PluginError(
          "GANTRY_PERMIT_USAGE",
          what === undefined
            ? "gantry permissions wants to know what to say."
            : `gantry permissions cannot "${visibleLine([what, ...words].join(" "), 80)}".`,
          'Use gantry permissions explain "git push", or gantry permissions check --json with one call a line on standard input.',
        );
      },
    },
  };
};

export default setup;

/** Each text that is missing is its own name. */
function completed(
  input: Readonly<Record<string, string>>,
  schema: ToolManifest["input"],
): Readonly<Record<string, string>> {
  if ("jsonSchema" in schema) return input;
  const missing = (schema.safeParse(input).error?.issues ?? []).flatMap(({ path: [field, ...deeper] }) =>
    typeof field === "string" && deeper.length === 0 && !Object.hasOwn(input, field) ? [[field, field]] : [],
  );
  return { ...Object.fromEntries(missing), ...input };
}

const DECISIONS = {
  allow: "runs without asking",
  ask: "is asked for",
  deny: "is refused",
  none: "is asked for",
} as const;

function explanation(tool: string, text: string, { decision, reason, rule, remedy, by }: Verdict): string {
  const lines = [
    `${tool}: ${visible(text)}`,
    `  ${DECISIONS[decision]}`,
    ...(rule === undefined ? [] : [`  rule:   ${visibleLine(rule)}`]),
    ...(reason ? [`  why:    ${visibleLine(reason)}`] : []),
    ...(by === undefined ? [] : [`  by:     ${by}`]),
    ...(remedy && decision !== "allow" ? [`  remedy: ${visibleLine(remedy)}`] : []),
  ];
  return `${lines.join("\n")}\n`;
}

function modeNamed(name: string): PermissionMode {
  const mode = name === "manual" ? "default" : PERMISSION_MODES.find((known) => known === name);
  if (mode) return mode;
  throw new PluginError(
    "GANTRY_PERMIT_MODE",
    `There is no permission mode "${visibleLine(name, 40)}".${didYouMean(name, PERMISSION_MODES)}`,
    `Modes: ${PERMISSION_MODES.join(", ")}.`,
  );
}
