/** `/plugins` and `/reload`. */
import fs from "node:fs";
import { join } from "node:path";
import {
  type Block,
  type Command,
  type HostInfo,
  type HostReport,
  type Inspector,
  isGantryError,
  type Json,
  type ListItem,
  type Panel,
  PluginError,
  type PluginReport,
  type RunCommand,
  type SessionView,
  type Tools,
} from "gantry/sdk";
import { completions } from "gantry/sdk/kit/completions";
import { toolTokens } from "gantry/sdk/kit/context-contents";
import { didYouMean } from "gantry/sdk/kit/nearest";
import { listPanel, pagePanel, showAction } from "gantry/sdk/kit/panels";
import { writeSettings } from "gantry/sdk/kit/settings-write";
import { textTokens } from "gantry/sdk/kit/tokens";
import { visibleLine } from "gantry/sdk/kit/visible";
import { addsOf, isGate, itemOf } from "./about.ts";

/** In the order in which they are looked for. */
const CONFIG_NAMES = ["config.ts", "config.js", "config.mjs", "config.json", "config.yaml", "config.yml"];

interface Means {
  readonly inspector: Inspector;
  readonly tools: Tools;
  readonly host: HostInfo;
}

export function createPlugins({ inspector, tools, host }: Means): Exclude<Command, RunCommand> {
  return {
    run: async (args, session) => {
      const [word = "", name = "", ...flags] = args.trim().split(/\s+/);
      if (word === "") return { panel: await pluginsPanel(session) };
      if (word === "enable" || word === "disable") return turn(word === "enable", name, flags.includes("--force"));
      const plugin = pluginNamed(word);
      return {
        panel: await pagePanel({
          title: plugin.name,
          parts: [{ title: plugin.name, load: () => blocksOf(plugin, session) }],
        }),
      };
    },
    complete: (args) => {
      const names = inspector.report().plugins.map(({ name }) => name);
      return completions(args, [
        ...names,
        ...names.map((name) => `disable ${name}`),
        ...turnedOff().map((name) => `enable ${name}`),
      ]);
    },
  };

  async function pluginsPanel(session: SessionView): Promise<Panel> {
    const find = ({ id }: ListItem) => inspector.report().plugins.find(({ name }) => name === id);
    const blocks = (item: ListItem): readonly Block[] => {
      const plugin = find(item);
      return plugin
        ? blocksOf(plugin, session)
        : [{ type: "text", lines: [`It is turned off in ${configFile() ?? "the configuration"}.`] }];
    };
    return listPanel({
      title: "Plugins",
      load: () => [
        ...inspector.report(session).plugins.map((plugin) => itemOf(plugin, tokensOf(plugin, session))),
        ...turnedOff().map(
          (name): ListItem => ({ id: name, title: [name, "  ", { text: "off", tone: "dim" }], group: "Turned off" }),
        ),
      ],
      preview: blocks,
      actions: [
        showAction(blocks),
        {
          key: "e",
          label: "on or off",
          confirm: (item) => {
            const plugin = find(item);
            if (!plugin) return undefined;
            return isGate(plugin)
              ? `${plugin.name} decides what may run. Turn it off all the same?`
              : `Turn ${plugin.name} off?`;
          },
          run: async (item) => ({ stay: await turn(find(item) === undefined, item.id, true) }),
        },
        { key: "r", label: "reload all", run: async () => ({ stay: await reload(inspector) }) },
      ],
    });
  }

  function tokensOf({ name }: PluginReport, session: SessionView): number {
    const sections = inspector.report(session).prompt.filter(({ owner }) => owner === name);
    const own = tools.list(session).filter(({ owner }) => owner === name);
    return (
      sections.reduce((sum, { text }) => sum + textTokens(text), 0) +
      own.reduce((sum, tool) => sum + toolTokens(tool), 0)
    );
  }

  function blocksOf(plugin: PluginReport, session: SessionView): readonly Block[] {
    const adds = addsOf(plugin);
    return [
      { type: "text", lines: [plugin.description ?? "It says nothing of itself."] },
      {
        type: "fields",
        fields: [
          { name: "state", value: plugin.state },
          { name: "from", value: plugin.from },
          { name: "named by", value: plugin.namedBy },
          { name: "loaded in", value: `${plugin.loadMs.toFixed(1)} ms` },
          {
            name: "set up in",
            value: plugin.setupMs === undefined ? "not set up yet" : `${plugin.setupMs.toFixed(1)} ms`,
          },
          { name: "each request", value: `about ${tokensOf(plugin, session)} tokens` },
          { name: "needs", value: plugin.needs.join(", ") || "nothing" },
          ...adds.map(([name, names]) => ({ name, value: names.map((one) => visibleLine(one)).join(", ") })),
        ],
      },
    ];
  }

  function pluginNamed(name: string): PluginReport {
    const { plugins } = inspector.report();
    const found = plugins.find((plugin) => plugin.name === name);
    if (found) return found;
    throw unknown(name, [...plugins.map((plugin) => plugin.name), ...turnedOff(), "enable", "disable"]);
  }

  /** Writes it down, and takes it in; what cannot be taken in is taken back. */
  async function turn(isOn: boolean, name: string, isForced: boolean): Promise<string> {
    if (name === "")
      throw new PluginError("GANTRY_PLUGINS_NAME", "It is not said which plugin is meant.", "/plugins lists them.");
    if (isOn && inspector.report().plugins.some((plugin) => plugin.name === name)) return `${name} is on.`;
    if (!isOn && isGate(pluginNamed(name)) && !isForced)
      return `${name} decides what may run, so turning it off may let calls through. /plugins disable ${name} --force does it all the same.`;
    const file = configFile() ?? join(host.stateFolder, "config.json");
    if (!file.endsWith(".json")) {
      return `${file} is no JSON, so change it yourself: ${isOn ? `take "-${name}" out of "plugins", or add "${name}"` : `add "-${name}" to "plugins"`}. /reload takes it in.`;
    }
    const before = fs.existsSync(file) ? fs.readFileSync(file) : undefined;
    await writeSettings(file, (current) => ({ ...current, plugins: changed(current.plugins, name, isOn) }));
    try {
      await inspector.reload();
    } catch (thrown) {
      if (before === undefined) fs.rmSync(file);
      else fs.writeFileSync(file, before);
      if (isGantryError(thrown))
        throw new PluginError(
          "GANTRY_PLUGINS_REFUSED",
          `${name} stays as it was: ${thrown.message}`,
          thrown.remedy ?? "Nothing was written.",
        );
      throw thrown;
    }
    const isThere = inspector.report().plugins.some((plugin) => plugin.name === name);
    if (isThere !== isOn)
      return `It is written in ${file}, but another configuration says otherwise; gantry config --why plugins names it.`;
    return `${name} is ${isOn ? "on" : "off"} from your next prompt on. Written in ${file}.`;
  }

  function configFile(): string | undefined {
    return CONFIG_NAMES.map((name) => join(host.stateFolder, name)).find((file) => fs.existsSync(file));
  }

  function turnedOff(): readonly string[] {
    const said =
      inspector.report().config.plugins?.flatMap(({ value }) => (Array.isArray(value) ? value : [value])) ?? [];
    const there = new Set(inspector.report().plugins.map(({ name }) => name));
    const off = said.flatMap((one) => (typeof one === "string" && one.startsWith("-") ? [one.slice(1)] : []));
    return [...new Set(off)].filter((name) => !there.has(name));
  }
}

export function createReload(inspector: Inspector): RunCommand {
  return () => reload(inspector);
}

async function reload(inspector: Inspector): Promise<string> {
  const before = namesOf(inspector.report());
  await inspector.reload();
  const after = namesOf(inspector.report());
  const added = after.filter((name) => !before.includes(name));
  const removed = before.filter((name) => !after.includes(name));
  return [
    `${after.length} plugins are taken in anew, from your next prompt on.`,
    ...(added.length ? [`New: ${added.join(", ")}.`] : []),
    ...(removed.length ? [`Gone: ${removed.join(", ")}.`] : []),
  ].join(" ");
}

function namesOf({ plugins }: HostReport): readonly string[] {
  return plugins.map(({ name }) => name);
}

/** The entries of the list without any of this plugin's, and with one where the list has to say something. */
function changed(list: Json | undefined, name: string, isOn: boolean): Json {
  const all = list === undefined ? [] : Array.isArray(list) ? list : [list];
  const others = all.filter((entry) => entry !== name && entry !== `-${name}`);
  const wasOff = all.includes(`-${name}`);
  if (!isOn) return [...others, `-${name}`];
  return wasOff ? others : [...others, name];
}

function unknown(name: string, known: readonly string[]): PluginError {
  return new PluginError(
    "GANTRY_PLUGINS_ABSENT",
    `There is no plugin "${visibleLine(name, 80)}".${didYouMean(name, known)}`,
    "/plugins lists them.",
  );
}
