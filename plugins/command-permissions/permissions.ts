/** `/permissions`: the rules by layer, the folders, what was refused lately; adding rules and taking them away. */
import {
  type Command,
  type HostInfo,
  type ListItem,
  type Panel,
  type PanelAnswer,
  PluginError,
  type RuleDestination,
  type RuleLists,
  type SessionView,
  type SettingsLayer,
  type SetupContext,
  z,
} from "gantry/sdk";
import { answering } from "gantry/sdk/kit/answering";
import { completions } from "gantry/sdk/kit/completions";
import { didYouMean } from "gantry/sdk/kit/nearest";
import { listPanel } from "gantry/sdk/kit/panels";
import { settingsFile } from "gantry/sdk/kit/save-setting";
import { visibleLine } from "gantry/sdk/kit/visible";
import { pastCalls, subjectOf } from "./calls.ts";
import type { commandPermissions } from "./index.ts";

type Use = SetupContext<typeof commandPermissions>["use"];
type Behavior = keyof RuleLists;

const BEHAVIORS = ["allow", "ask", "deny"] as const satisfies readonly Behavior[];
const DESTINATIONS = ["user", "local", "project", "session"] as const satisfies readonly RuleDestination[];
const MOST_REFUSED = 10;
const rulesSchema = z.array(z.string());

interface ShownRule {
  readonly behavior: Behavior;
  readonly rule: string;
  readonly layer: SettingsLayer;
  readonly source: string;
}

export function createPermissions(use: Use, host: HostInfo): Command {
  const shown = (): readonly ShownRule[] =>
    BEHAVIORS.flatMap((behavior) =>
      use.settings
        .layers(`permissions.${behavior}`, rulesSchema)
        .flatMap(({ layer, source, value }) => value.map((rule) => ({ behavior, rule, layer, source }))),
    );

  async function write(
    session: SessionView,
    change: { behavior: Behavior; rule: string; destination: RuleDestination },
  ) {
    const { behavior, rule, destination } = change;
    await remembering(use).write(session, { behavior, rules: [rule], destination });
    use.settings.refresh?.();
    const where = destination === "session" ? "for this session" : `saved in ${settingsFile(destination, host)}`;
    return `${behavior} ${visibleLine(rule, 200)}, ${where}.`;
  }

  async function remove(session: SessionView, { behavior, rule, layer }: ShownRule): Promise<string> {
    if (!isWritten(layer)) throw elsewhere(rule, layer);
    await remembering(use).write(session, { behavior, rules: [rule], destination: layer, isRemoval: true });
    use.settings.refresh?.();
    return `${behavior} ${visibleLine(rule, 200)} is taken out of ${settingsFile(layer, host)}.`;
  }

  async function removeNamed(session: SessionView, rule: string, destination: RuleDestination | undefined) {
    const all = shown().filter((one) => one.rule === rule && (destination === undefined || one.layer === destination));
    if (!all.length) throw noRule(rule, shown());
    const said = [];
    for (const one of all) said.push(await remove(session, one));
    return said.join("\n");
  }

  return answering({
    async run(args, session) {
      const { word, rule, destination } = read(args);
      if (word === undefined) return { panel: await panel(session) };
      if (!rule) throw usage(`"${word}" needs a rule.`);
      if (word === "remove") return removeNamed(session, rule, destination);
      return write(session, { behavior: word, rule, destination: destination ?? "user" });
    },
    complete: (args) => {
      const removal = /^\s*remove\s+(.*)$/.exec(args);
      if (!removal) return completions(args, [...BEHAVIORS, "remove"]);
      return completions(removal[1] ?? "", new Set(shown().map(({ rule }) => rule))).map(({ args: rule }) => ({
        args: `remove ${rule}`,
      }));
    },
  });

  function panel(session: SessionView): Promise<Panel> {
    const rules = () => new Map(shown().map((one, at) => [`rule ${at}`, one]));
    const refused = () =>
      new Map(
        pastCalls(session, use.tools)
          .filter(({ outcome }) => outcome === "denied")
          .slice(-MOST_REFUSED)
          .reverse()
          .map((past) => [past.call.id, past]),
      );
    const add = (item: ListItem): PanelAnswer => {
      const past = refused().get(item.id);
      const rule = past && use.rules?.suggest(session, past.call)?.rules[0];
      return { panel: form(session, rule ?? rules().get(item.id)?.rule ?? "") };
    };
    return listPanel({
      title: "Permissions",
      load: () => [
        ...[...rules()].map(([id, { behavior, rule, layer, source }]) => ({
          id,
          title: [{ text: behavior.padEnd(6), tone: TONES[behavior] }, visibleLine(rule, 200)],
          detail: `${layer}, ${visibleLine(source)}`,
          group: "Rules",
        })),
        { id: "add", title: "Add a rule", group: "Rules" },
        ...session.folders.map((folder) => ({
          id: folder,
          title: visibleLine(folder),
          group: "Folders",
          isDisabled: true,
        })),
        ...[...refused()].map(([id, { call, said }]) => ({
          id,
          title: visibleLine(subjectOf(call), 120),
          detail: visibleLine(said, 160),
          group: "Refused in this session",
        })),
      ],
      actions: [
        { key: "enter", label: "add a rule", run: add },
        {
          key: "d",
          label: "take away",
          confirm: ({ id }) =>
            rules().has(id) ? `Take away ${rules().get(id)?.behavior} ${rules().get(id)?.rule}?` : undefined,
          run: async ({ id }) => {
            const one = rules().get(id);
            return { stay: one ? await remove(session, one) : "This is no rule." };
          },
        },
      ],
    });
  }

  function form(session: SessionView, rule: string): Panel {
    const choices = (words: readonly string[]) => words.map((value) => ({ value, title: value }));
    return {
      type: "form",
      title: "Add a rule",
      message: "Such as Bash(npm test:*), Read(./.env), WebFetch(domain:example.org), or a tool alone.",
      text: "/permissions allow RULE adds one; ask and deny likewise.",
      fields: [
        {
          name: "behavior",
          title: "Then",
          type: "choice",
          choices: choices(BEHAVIORS),
          isRequired: true,
          default: "allow",
        },
        { name: "rule", title: "Rule", type: "text", isRequired: true, default: rule },
        {
          name: "destination",
          title: "Where",
          type: "choice",
          choices: choices(DESTINATIONS),
          isRequired: true,
          default: "user",
        },
      ],
      submit: ({ behavior, rule: typed, destination }) =>
        write(session, {
          behavior: BEHAVIORS.find((one) => one === behavior) ?? "ask",
          rule: String(typed).trim(),
          destination: DESTINATIONS.find((one) => one === destination) ?? "user",
        }),
    };
  }
}

const TONES = { allow: "good", ask: "warning", deny: "bad" } as const;

function read(args: string) {
  const flags = args.match(/(?<=^|\s)--[a-z]+(?=\s|$)/g) ?? [];
  const [flag, second] = flags.map((one) => one.slice(2));
  const destination = DESTINATIONS.find((one) => one === flag);
  if (second !== undefined || (flag !== undefined && !destination)) {
    throw usage(`${visibleLine(flags.join(" "), 60)} says no one place for a rule.`);
  }
  const [, first, rest = ""] = /^(\S+)\s*([\s\S]*)$/.exec(args.replace(/(?<=^|\s)--[a-z]+(?=\s|$)/g, "").trim()) ?? [];
  const word = [...BEHAVIORS, "remove" as const].find((one) => one === first);
  if (first !== undefined && !word) throw usage(`"${visibleLine(first, 60)}" is nothing that /permissions does.`);
  return { word, rule: rest.trim(), destination };
}

function isWritten(layer: SettingsLayer): layer is "user" | "project" | "local" {
  return layer === "user" || layer === "project" || layer === "local";
}

function remembering({ remembered }: Use) {
  if (remembered) return remembered;
  throw new PluginError(
    "GANTRY_PERMISSIONS_WRITER",
    "No plugin writes rules here.",
    "Turn on the plugin permit-remember.",
  );
}

function usage(problem: string): PluginError {
  return new PluginError(
    "GANTRY_PERMISSIONS_USAGE",
    problem,
    "It takes allow, ask, deny or remove, and a rule; --user, --local, --project or --session may follow.",
  );
}

function noRule(rule: string, all: readonly ShownRule[]): PluginError {
  const known = all.map((one) => one.rule);
  return new PluginError(
    "GANTRY_PERMISSIONS_ABSENT",
    `There is no rule "${visibleLine(rule, 100)}".${didYouMean(rule, known)}`,
    "/permissions lists them.",
  );
}

function elsewhere(rule: string, layer: SettingsLayer): PluginError {
  return new PluginError(
    "GANTRY_PERMISSIONS_LAYER",
    `The rule "${visibleLine(rule, 100)}" stands in the layer ${layer}, which cannot be changed from here.`,
    layer === "managed" ? "Ask your administrator." : "Start without the flag.",
  );
}
