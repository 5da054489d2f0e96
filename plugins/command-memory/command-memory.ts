import {
  type Command,
  type DreamOutcome,
  type Memory,
  PluginError,
  type Session,
  type SessionView,
  type Setup,
  type Subcommand,
} from "gantry/sdk";
import { answering } from "gantry/sdk/kit/answering";
import { completions } from "gantry/sdk/kit/completions";
import { visible } from "gantry/sdk/kit/visible";
import { entryOf, entryText, listText } from "./entries.ts";
import type { commandMemory } from "./index.ts";
import { memoryPanel } from "./panel.ts";
import { whyText } from "./why.ts";

const WORDS = ["list", "show", "edit", "pin", "unpin", "forget", "why", "summary", "dream", "undo", "on", "off"];

const setup: Setup<typeof commandMemory> = ({ use, host }) => {
  const command: Command = answering({
    run: async (args, session) => {
      const [word = "list", ...rest] = args.trim().split(/\s+/).filter(Boolean);
      const text = await inSession(word, rest, session);
      if (args.trim()) return text;
      return { panel: await memoryPanel({ memory: await use.memory(), files: use.files, host, session, text }) };
    },
    complete: async (args) => {
      const [word = "", ...rest] = args.trimStart().split(/\s+/);
      if (rest.length === 0) return completions(args, WORDS);
      if (!["show", "edit", "pin", "unpin", "forget"].includes(word)) return [];
      const entries = await (await use.memory()).list({ isExpiredToo: true });
      return completions(
        args,
        entries.map(({ id, title }) => [`${word} ${id}`, title] as const),
      );
    },
  });

  async function inSession(word: string, rest: readonly string[], session: SessionView): Promise<string> {
    const memory = await use.memory();
    if (word === "on" || word === "off") return turned(memory, session, word === "on");
    if (word === "why") return whyText(session, await use.meter?.());
    if (word === "summary") return (await use.summary?.())?.current(session)?.text ?? "There is no summary yet.";
    if (word === "dream") return dreamText(await dream({ isDry: rest.includes("--dry-run"), session }));
    if (word === "list" && !memory.isOn(session))
      return `Memory is off; /memory on turns it on.\n\n${await list(memory, rest)}`;
    return act(memory, word, rest);
  }

  /** What can be done in a session and without one. */
  async function act(memory: Memory, word: string, rest: readonly string[]): Promise<string> {
    switch (word) {
      case "list":
        return list(memory, rest);
      case "show":
        return entryText(await entryOf(memory, rest[0]));
      case "edit":
        return editText(memory, rest[0]);
      case "pin":
      case "unpin": {
        const { id, scope } = await entryOf(memory, rest[0]);
        await memory.pin(id, scope, word === "pin");
        return word === "pin" ? `${id} is pinned: nothing changes it by itself.` : `${id} is pinned no more.`;
      }
      case "forget": {
        const { id, scope } = await entryOf(memory, rest[0]);
        await memory.remove(id, scope);
        return `${id} is forgotten. What stands in the prompt of a running session goes with the next session.`;
      }
      case "undo":
        return dreamText(await undo({ isDry: rest.includes("--dry-run") }));
      default:
        throw unknownWord(word);
    }
  }

  async function dream(options: { isDry: boolean; session?: SessionView }): Promise<DreamOutcome> {
    const dreams = await use.dream?.();
    if (!dreams) throw noDreams();
    return dreams.dream(options);
  }

  async function undo(options: { isDry: boolean }): Promise<DreamOutcome> {
    const dreams = await use.dream?.();
    if (!dreams) throw noDreams();
    return dreams.undo(options);
  }

  const subcommand: Subcommand = async ([word = "list", ...rest], flags, host) => {
    const memory = await use.memory();
    const print = (value: unknown, text: string) => {
      host.stdout.write(flags.json ? `${JSON.stringify(value, null, 2)}\n` : `${text}\n`);
      return 0;
    };
    if (word === "list") {
      const entries = await found(memory, rest);
      const places = await memory.places();
      return print({ places, entries }, listText(entries, places));
    }
    if (word === "show") {
      const entry = await entryOf(memory, rest[0]);
      return print(entry, entryText(entry));
    }
    if (word === "dream" || word === "undo") {
      const outcome = await (word === "undo" ? undo({ isDry: flags.dryRun === true }) : dreamNow(flags, host));
      print(outcome, dreamText(outcome));
      return outcome.isDone || outcome.problem === undefined ? 0 : 1;
    }
    const text = await act(memory, word, rest);
    return print({ text }, text);
  };

  /** A session is opened for its model alone, and closed with nothing said in it. */
  async function dreamNow(flags: Parameters<Subcommand>[1], host: Parameters<Subcommand>[2]): Promise<DreamOutcome> {
    const isDry = flags.dryRun === true;
    if (flags.offline) return dream({ isDry });
    let session: Session | undefined;
    try {
      session = await host.open({ isInteractive: false });
      return await dream({ isDry, session });
    } finally {
      await session?.close();
    }
  }

  return { commands: { memory: command }, subcommands: { memory: subcommand } };
};

export default setup;

async function found(memory: Memory, words: readonly string[]) {
  if (words.length === 0) return memory.list({ isExpiredToo: true });
  return (await memory.recall(words.join(" "), { limit: 50, isExpiredToo: true })).map(({ entry }) => entry);
}

async function list(memory: Memory, words: readonly string[]): Promise<string> {
  return listText(await found(memory, words), await memory.places());
}

function turned(memory: Memory, session: SessionView, isOn: boolean): string {
  memory.turn(session, isOn);
  return isOn
    ? "Memory is on in this session."
    : 'Memory is off in this session: nothing of it comes into prompts, and nothing is kept. "autoMemoryEnabled": false in your settings keeps it off.';
}

async function editText(memory: Memory, id: string | undefined): Promise<string> {
  if (id !== undefined) return (await entryOf(memory, id)).path ?? "This entry lies in no file.";
  const open = (await memory.places()).filter(({ isOpen }) => isOpen);
  return open.map(({ scope, folder }) => `${scope}: ${folder}/MEMORY.md`).join("\n");
}

function dreamText({ diff, changes, isDone, problem }: DreamOutcome): string {
  const count = `${changes.length} ${changes.length === 1 ? "change" : "changes"}`;
  const done = changes.length === 0 ? "Nothing to tidy." : isDone ? `${count} made.` : `${count} would be made.`;
  const end = problem === undefined ? done : isDone ? `${done} ${problem}` : problem;
  return visible([...(diff ? [diff.trimEnd()] : []), end].join("\n\n"));
}

function noDreams(): PluginError {
  return new PluginError("GANTRY_MEMORY_DREAMLESS", "No plugin tidies memory.", "Turn on the plugin memory-dream.");
}

function unknownWord(word: string): PluginError {
  return new PluginError(
    "GANTRY_MEMORY_WORD",
    `Memory has no "${word}".`,
    "It has list, show, edit, pin, unpin, forget, why, summary, dream, undo, on and off.",
  );
}
