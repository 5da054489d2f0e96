import { type Command, PluginError, z } from "gantry/sdk";
import { answering } from "gantry/sdk/kit/answering";
import { completions } from "gantry/sdk/kit/completions";
import { type SaveParts, saveSetting } from "gantry/sdk/kit/save-setting";
import { visibleLine } from "gantry/sdk/kit/visible";

/** A window with less room is full before anything has been said. */
const LEAST = 20_000;

/** `/autocompact`: whether the conversation is shortened by itself, and at which size. */
export function createAutocompact(parts: SaveParts): Command {
  const { settings } = parts;
  const shown = () => {
    if (settings.get("autoCompactEnabled", z.boolean()) === false)
      return "The conversation is not shortened by itself.";
    const window = settings.get("autoCompactWindow", z.number());
    const where = window === undefined ? "the model's window is" : `${window} tokens, or the model's window, are`;
    return `The conversation is shortened when ${where} nearly full.`;
  };
  return answering({
    async run(args) {
      const word = args.trim().toLowerCase();
      if (word === "" || word === "status") return `${shown()} /autocompact takes auto, a number of tokens, or off.`;
      const saved = [];
      if (word === "off") saved.push(await saveSetting(parts, "autoCompactEnabled", false));
      else {
        const tokens = word === "auto" ? undefined : tokensIn(word);
        saved.push(await saveSetting(parts, "autoCompactEnabled", undefined));
        saved.push(await saveSetting(parts, "autoCompactWindow", tokens));
      }
      return `${shown()} ${saved.at(-1)}`;
    },
    complete: (args) => completions(args, ["auto", "off", "100k", "150k", "200k", "500k"]),
  });
}

function tokensIn(word: string): number {
  const [, digits, unit = ""] = /^([\d_]+(?:\.\d+)?)([km]?)$/.exec(word) ?? [];
  const tokens = Number((digits ?? "").replaceAll("_", "")) * (unit === "m" ? 1_000_000 : unit === "k" ? 1000 : 1);
  if (digits && Number.isSafeInteger(tokens) && tokens >= LEAST) return tokens;
  throw new PluginError(
    "GANTRY_AUTOCOMPACT_SIZE",
    `"${visibleLine(word, 40)}" is no size that the conversation could be shortened at.`,
    `Give auto, off, or at least ${LEAST} tokens, such as 150k.`,
  );
}
