import { type FrontendHost, PluginError, type Setup, type Subcommand } from "gantry/sdk";
import { createCommands } from "./commands.ts";
import { configJson, configText, rowsOf, unknownKey, why, whyText } from "./config.ts";
import { checkAll, checksText, type Patient } from "./doctor.ts";
import type { inspect } from "./index.ts";
import { hooksText, pluginsJson, pluginsText } from "./plugins.ts";

const setup: Setup<typeof inspect> = ({ use, scope, host: info }) => {
  const { inspector, settings, exec, tools } = use;

  const plugins: Subcommand = async (args, flags, host) => {
    refuseWords(args, 0);
    const report = inspector.report();
    if (flags.json) return printJson(host, flags.hooks ? report.hooks : pluginsJson(report));
    return print(host, flags.hooks ? hooksText(report) : pluginsText(report));
  };

  const config: Subcommand = async (args, flags, host) => {
    refuseWords(args, 1);
    const rows = rowsOf(inspector.report());
    if (typeof flags.why === "string") {
      const found = why(flags.why, rows, settings);
      return flags.json ? printJson(host, found) : print(host, whyText(found));
    }
    const [prefix] = args;
    const wanted = prefix === undefined ? rows : rows.filter((row) => isUnder(row.key, prefix));
    if (prefix !== undefined && wanted.length === 0) throw unknownKey(prefix, rows);
    return flags.json ? printJson(host, configJson(wanted)) : print(host, configText(wanted));
  };

  const doctor: Subcommand = async (args, flags, host) => {
    refuseWords(args, 0);
    const checks = await checksOf(host);
    const isWell = checks.every(({ state }) => state !== "fail");
    if (flags.json) printJson(host, { isWell, checks });
    else print(host, checksText(checks));
    return isWell ? 0 : 1;
  };

  async function checksOf(host: Patient["host"]) {
    return checkAll({ host, report: inspector.report(), settings, exec, scope, sandbox: await use.sandbox?.() });
  }

  /** From within a conversation there is no frontend's host to ask. */
  const here: Patient["host"] = {
    info,
    stdout: process.stdout,
    untrusted: async () => {
      const claims = await (await use.trust()).review();
      return {
        isTrusted: info.isTrusted,
        isRemembered: true,
        claims: claims.filter(({ state }) => state !== "approved"),
      };
    },
  };

  return {
    commands: createCommands({ inspector, tools, stored: use.store, host: info, checks: () => checksOf(here) }),
    subcommands: { plugins, config, doctor },
  };
};

export default setup;

function refuseWords(args: readonly string[], most: number) {
  const extra = args[most];
  if (extra === undefined) return;
  throw new PluginError("GANTRY_INSPECT_WORD", `"${extra}" is one word too many.`, "Add --help to see what it takes.");
}

function isUnder(key: string, prefix: string): boolean {
  return key === prefix || key.startsWith(`${prefix}.`);
}

function print(host: FrontendHost, text: string): number {
  host.stdout.write(`${text}\n`);
  return 0;
}

function printJson(host: FrontendHost, value: unknown): number {
  return print(host, JSON.stringify(value, null, 2));
}
