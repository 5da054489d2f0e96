/** Commands whose whole business is one setting: they show it, offer what there is to choose, and save the choice. */
import { type Block, type Command, type HostInfo, type Json, type Settings, z } from "gantry/sdk";
import { answering } from "./answering.ts";
import { completions } from "./completions.ts";
import { didYouMean } from "./nearest.ts";
import { listPanel } from "./panels.ts";
import { saveSetting } from "./save-setting.ts";
import { visibleLine } from "./visible.ts";

/** One value that can be chosen. */
export interface SettingChoice {
  /** What is typed. */
  readonly word: string;
  /** What is saved; absent: the setting is taken out. */
  readonly value?: Json;
  readonly detail?: string;
  readonly preview?: readonly Block[];
  /** The theme that the preview is shown in. */
  readonly theme?: string;
}

/** What a command of one setting is made of. */
export interface SettingCommand {
  readonly title: string;
  /** Dotted. */
  readonly path: string;
  readonly choices: readonly SettingChoice[] | (() => readonly SettingChoice[] | Promise<readonly SettingChoice[]>);
  /** The word that counts where no settings say anything. */
  readonly fallback: string;
  /** The sentence that says what counts now: `The theme is dark.` */
  readonly say: (word: string) => string;
  /** A word that is none of the choices: what it would save, `undefined` when it is wrong. */
  readonly other?: (word: string) => Json | undefined;
}

/**
 * A command that shows, offers and saves one setting of the person's.
 *
 * @example
 * const vim = (parts: { host: HostInfo; settings: Settings }) =>
 *   settingCommand(parts, {
 *     title: "Editor",
 *     path: "editorMode",
 *     choices: [{ word: "on", value: "vim" }, { word: "off", value: "normal" }],
 *     fallback: "off",
 *     say: (word) => `Vim keys are ${word}.`,
 *   });
 */
export function settingCommand(
  parts: { readonly host: HostInfo; readonly settings: Settings },
  { title, path, choices, fallback, say, other }: SettingCommand,
): Exclude<Command, (...args: never[]) => unknown> {
  const all = async () => (typeof choices === "function" ? choices() : choices);

  async function currentWord(): Promise<string> {
    const value = parts.settings.get(path, z.unknown());
    if (value === undefined) return fallback;
    const known = (await all()).find((choice) => JSON.stringify(choice.value) === JSON.stringify(value));
    return known?.word ?? visibleLine(typeof value === "string" ? value : JSON.stringify(value), 60);
  }

  async function choose(word: string): Promise<string> {
    const known = (await all()).find((choice) => choice.word.toLowerCase() === word.toLowerCase());
    const value = known ? known.value : other?.(word);
    if (!known && value === undefined) return wrong(word, await all());
    const saved = await saveSetting(parts, path, value);
    return `${say(await currentWord())} ${saved}`;
  }

  return answering({
    async run(args) {
      const word = args.trim();
      if (word === "status") return say(await currentWord());
      if (word) return choose(word);
      return {
        panel: await listPanel({
          title,
          load: async () => {
            const current = await currentWord();
            return (await all()).map(({ word: id, detail, theme }) => ({
              id,
              title: id,
              isCurrent: id === current,
              ...(detail && { detail }),
              ...(theme && { theme }),
            }));
          },
          preview: async ({ id }) => (await all()).find((choice) => choice.word === id)?.preview ?? [],
          actions: [{ key: "enter", label: "choose", run: ({ id }) => choose(id) }],
        }),
      };
    },
    complete: async (args) =>
      completions(
        args,
        (await all()).map(({ word, detail = "" }) => [word, detail] as const),
      ),
  });
}

function wrong(word: string, choices: readonly SettingChoice[]): string {
  const words = choices.map((choice) => choice.word);
  const named = visibleLine(JSON.stringify(word), 60);
  return `${named} cannot be chosen.${didYouMean(word, words)} There are: ${words.join(", ")}.`;
}
