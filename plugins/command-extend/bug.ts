/** `/bug`: a report that a person can look through and give to whom they like. */
import { randomUUID } from "node:crypto";
import fs from "node:fs";
import { release } from "node:os";
import { join } from "node:path";
import {
  type HostInfo,
  type Inspector,
  messageOf,
  PluginError,
  type RunCommand,
  type SessionView,
  type Settings,
  textOf,
} from "gantry/sdk";
import { redactSecrets } from "gantry/sdk/kit/secrets";
import { visible } from "gantry/sdk/kit/visible";

const MOST_FAILURES = 5;
const MOST_OF_FAILURE = 600;
const LAST_RECORDS = 40;

interface Means {
  readonly host: HostInfo;
  readonly inspector: Inspector;
  readonly settings: Settings | undefined;
}

export function createBug({ host, inspector, settings }: Means): RunCommand {
  return (args, session) => {
    const said = args.trim();
    if (said === "") return "Say what goes wrong: /bug the list of files is empty.";
    const folder = join(host.stateFolder, "reports");
    const file = join(folder, `${new Date().toISOString().replaceAll(/[:.]/g, "-")}-${randomUUID().slice(0, 8)}.md`);
    try {
      fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
      fs.writeFileSync(file, clean(reportText(said, session), host), { mode: 0o600, flag: "wx" });
    } catch (cause) {
      throw new PluginError(
        "GANTRY_BUG_UNWRITABLE",
        `The report cannot be written to ${file}: ${messageOf(cause)}.`,
        "Make room, or give access to the folder.",
      );
    }
    return `The report is in ${file}. It holds what you said, versions, plugins and what the last failed calls said, and no prompts, answers or settings; what looks like a secret is taken out. Nothing was sent: look through it, and give it to whom you like.`;
  };

  function reportText(said: string, session: SessionView): string {
    const { plugins, notices, bootMs } = inspector.report(session);
    const problems = [...notices, ...(settings?.problems ?? [])].filter(({ level }) => level !== "info");
    const odd = plugins.filter(({ from, state }) => from !== "built-in" || state === "failed");
    const { TERM = "?", COLORTERM = "", TERM_PROGRAM = "", LANG = "" } = host.env;
    return [
      "# What goes wrong",
      said,
      "# Where",
      `- Gantry ${host.version}, Node ${process.versions.node}, ${process.platform} ${release()} ${process.arch}`,
      `- terminal: ${[TERM, COLORTERM, TERM_PROGRAM, LANG].filter(Boolean).join(", ")}`,
      `- model: ${session.model.provider}/${session.model.id}; ready after ${Math.round(bootMs)} ms`,
      `- folder trusted: ${host.isTrusted ? "yes" : "no"}; a person is there: ${session.isInteractive ? "yes" : "no"}`,
      "# Plugins",
      `${plugins.length} in all.`,
      ...odd.map(({ name, from, state }) => `- ${name}: ${state}, from ${from}`),
      "# Problems told at the start",
      ...(problems.length ? problems.map(({ text }) => `- ${text}`) : ["none"]),
      "# Calls that failed last",
      ...failuresOf(session),
      "# The last records",
      session.entries
        .slice(-LAST_RECORDS)
        .map(({ type }) => type)
        .join(" "),
      "",
    ].join("\n\n");
  }
}

function failuresOf({ entries }: SessionView): readonly string[] {
  const failed = entries.flatMap((entry) => (entry.type === "tool_result" && entry.outcome !== "ok" ? [entry] : []));
  if (failed.length === 0) return ["none"];
  return failed
    .slice(-MOST_FAILURES)
    .map(({ tool, outcome, content }) => `- ${tool}, ${outcome}: ${textOf(content).slice(0, MOST_OF_FAILURE)}`);
}

function clean(text: string, { home }: HostInfo): string {
  const shown = visible(redactSecrets(text));
  return home.length > 1 ? shown.replaceAll(home, "~") : shown;
}
