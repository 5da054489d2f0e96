/** `/config`: the settings with their values and layers, and changing them in place. */
import { type Command, type Json, type PanelAnswer, PluginError, type Settings, z } from "gantry/sdk";
import { answering } from "gantry/sdk/kit/answering";
import { didYouMean } from "gantry/sdk/kit/nearest";
import { listPanel } from "gantry/sdk/kit/panels";
import { type SaveParts, saveSetting, type WrittenLayer } from "gantry/sdk/kit/save-setting";
import { visibleLine } from "gantry/sdk/kit/visible";
import { KNOWN, type KnownSetting } from "./known.ts";
import { valueIn } from "./value.ts";

/** The words that a setting of the kind text takes, where they are only known at run time. */
type Words = Readonly<Record<string, () => readonly string[]>>;

export function createConfig(parts: SaveParts, words: Words): Command {
  const { settings } = parts;
  const named = (path: string): KnownSetting => {
    const known = knownAs(path);
    const own = words[known.path]?.();
    return own ? { ...known, takes: own } : known;
  };
  return answering({
    async run(args) {
      const { layer, pairs } = read(args);
      if (pairs.length === 0) return { panel: await panel(parts, layer, named) };
      const [first = ""] = pairs;
      if (pairs.length === 1 && !first.includes("=")) return why(named(first), settings);
      // Nothing is written unless all of it is right.
      const changes = pairs.map((pair) => changeIn(pair, named));
      const said: string[] = [];
      for (const { known, value } of changes) {
        const saved = await saveSetting(parts, known.path, value, layer);
        said.push(`${known.path} is ${shown(known, settings)}. ${saved}`);
      }
      return said.join("\n");
    },
    complete: (args) => {
      const before = args.slice(0, args.lastIndexOf(" ") + 1);
      const word = args.slice(before.length);
      const [path = "", typed] = word.split("=");
      if (typed === undefined) {
        const fitting = KNOWN.filter((known) => known.path.toLowerCase().startsWith(path.toLowerCase()));
        return fitting.map(({ path: known, description }) => ({ args: `${before}${known}=`, description }));
      }
      const known = KNOWN.find((one) => one.path === path);
      return wordsOf(known && named(known.path))
        .filter((one) => one.startsWith(typed))
        .map((one) => ({ args: `${before}${path}=${one}` }));
    },
  });
}

function read(args: string): { readonly layer: WrittenLayer; readonly pairs: readonly string[] } {
  // A value in quotes may have blanks in it.
  const all = args.match(/(?:[^\s"]|"[^"]*")+/g) ?? [];
  const flags = all.filter((word) => word.startsWith("--"));
  const [flag = "--user", second] = flags;
  const layer = flag.slice(2);
  if (second !== undefined || (layer !== "user" && layer !== "local" && layer !== "project")) {
    throw new PluginError(
      "GANTRY_CONFIG_SCOPE",
      `${visibleLine(flags.join(" "), 60)} says no one place to save in.`,
      "Give one of --user, --local and --project, or none.",
    );
  }
  return { layer, pairs: all.filter((word) => !word.startsWith("--")) };
}

function changeIn(
  word: string,
  named: (path: string) => KnownSetting,
): { readonly known: KnownSetting; readonly value: Json | undefined } {
  const at = word.indexOf("=");
  if (at < 0) {
    throw new PluginError(
      "GANTRY_CONFIG_PAIR",
      `"${visibleLine(word, 60)}" has no value.`,
      "Write key=value; key= takes a setting out.",
    );
  }
  const known = named(word.slice(0, at));
  const text = word.slice(at + 1).replaceAll('"', "");
  return { known, value: text === "" ? undefined : valueIn(known, text) };
}

function knownAs(path: string): KnownSetting {
  const found = KNOWN.find((known) => known.path.toLowerCase() === path.toLowerCase());
  if (found) return found;
  const owner = OWNERS.find(([begin]) => path === begin || path.startsWith(`${begin}.`))?.[1];
  throw new PluginError(
    "GANTRY_CONFIG_KEY",
    `/config has no setting "${visibleLine(path, 60)}".${didYouMean(
      path,
      KNOWN.map((known) => known.path),
    )}`,
    owner ?? "/config lists those that it has; the guide on settings tells of the others.",
  );
}

/** Who has what is more than one value. */
const OWNERS: readonly (readonly [begin: string, remedy: string])[] = [
  ["permissions", "/permissions shows and changes rules."],
  ["hooks", "/hooks shows the hooks."],
  ["statusLine", "/statusline sets it."],
  ["env", "/env shows what counts; write it into the file."],
];

function why({ path, description }: KnownSetting, settings: Settings): string {
  const layers = settings.layers(path, z.unknown());
  const lines = layers.map(({ layer, source, value }) => `${layer}: ${text(value)} (${visibleLine(source)})`);
  const left = (settings.leftOut?.(path) ?? []).map(({ source, value, reason }) => {
    return `left out: ${text(value)} (${visibleLine(source)}): ${visibleLine(reason)}`;
  });
  const known = KNOWN.find((one) => one.path === path) as KnownSetting;
  return [`${path} is ${shown(known, settings)}: ${description}.`, ...lines, ...left].join("\n");
}

/** Values stand below each other, and most of them are short. */
const VALUE_WIDTH = 7;

async function panel(parts: SaveParts, layer: WrittenLayer, named: (path: string) => KnownSetting) {
  const { settings } = parts;
  const change = async (known: KnownSetting, value: Json | undefined): Promise<PanelAnswer> => {
    const saved = await saveSetting(parts, known.path, value, layer);
    return { stay: `${known.path} is ${shown(known, settings)}. ${saved}` };
  };
  return listPanel({
    title: "Settings",
    load: () =>
      KNOWN.map((known) => ({
        id: known.path,
        title: known.path,
        detail: [
          { text: shown(known, settings).padEnd(VALUE_WIDTH), tone: "accent" } as const,
          `  ${[known.description, fromText(known, settings)].filter(Boolean).join("; ")}`,
        ],
        group: known.group,
      })),
    actions: [
      { key: "enter", label: "change", run: ({ id }) => changing(named(id), parts, change) },
      { key: "d", label: "take out", run: ({ id }) => change(named(id), undefined) },
    ],
    preview: ({ id }) => [{ type: "text", lines: why(named(id), settings).split("\n") }],
  });
}

/** A switch is turned; words go round; all else is typed. */
function changing(
  known: KnownSetting,
  { settings }: SaveParts,
  change: (known: KnownSetting, value: Json) => Promise<PanelAnswer>,
): PanelAnswer | Promise<PanelAnswer> {
  const now = settings.get(known.path, z.unknown()) ?? known.fallback;
  if (known.takes === "boolean") return change(known, now !== true);
  if (typeof known.takes === "object") {
    const next = known.takes[(known.takes.indexOf(String(now)) + 1) % known.takes.length] as string;
    return change(known, next);
  }
  return {
    panel: {
      type: "form",
      title: known.path,
      message: known.description,
      text: `/config ${known.path}=VALUE changes it.`,
      fields: [
        {
          name: "value",
          type: known.takes,
          isRequired: true,
          ...((typeof now === "string" || typeof now === "number") && { default: now }),
        },
      ],
      submit: async ({ value }) => {
        const answer = await change(known, valueIn(known, String(value)));
        return typeof answer === "object" && "stay" in answer ? answer.stay : answer;
      },
    },
  };
}

function wordsOf(known: KnownSetting | undefined): readonly string[] {
  if (!known) return [];
  if (known.takes === "boolean") return ["true", "false"];
  return typeof known.takes === "object" ? known.takes : [];
}

function shown({ path, fallback }: KnownSetting, settings: Settings): string {
  const value = settings.get(path, z.unknown());
  if (value === undefined) return fallback === undefined ? "not set" : String(fallback);
  return text(value);
}

function fromText({ path }: KnownSetting, settings: Settings): string {
  const [nearest] = settings.layers(path, z.unknown());
  return nearest ? `from ${nearest.layer}` : "";
}

function text(value: unknown): string {
  return visibleLine(typeof value === "string" ? value : JSON.stringify(value), 100);
}
