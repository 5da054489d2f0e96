import { type Checkpoints, PluginError, type RewindWhat, type Subcommand, type SubcommandFlags } from "gantry/sdk";
import { promptAt } from "./command.ts";
import { listText, rewoundText } from "./say.ts";

const HOW = "gantry rewind <number> [--files|--conversation]";

/** `gantry rewind`: lists; `gantry rewind 3 --files`: takes back. Exits with 1 when nothing could be. */
export function createSubcommand(checkpoints: Checkpoints): Subcommand {
  return async ([which, ...more], flags, host) => {
    if (more.length > 0) throw tooMany(more);
    const say = (text: string, data: unknown) =>
      void host.stdout.write(`${flags.json ? JSON.stringify(data, null, 2) : text}\n`);
    const wanted = typeof flags.session === "string" ? { resume: flags.session } : { continueLatest: true };
    const session = await host.open({ ...wanted, isInteractive: false });
    try {
      const list = await checkpoints.list(session);
      if (which === undefined) {
        say(listText(list, session.cwd, HOW), list);
        return 0;
      }
      const options = { dryRun: flags.dryRun === true, force: flags.force === true };
      const rewound =
        which === "undo"
          ? await checkpoints.undo(session, options)
          : await checkpoints.rewind(session, promptAt(which, list).prompt, { ...options, what: whatOf(flags) });
      say(rewoundText(rewound, session.cwd, options), rewound);
      return rewound.canRewind ? 0 : 1;
    } finally {
      await session.close();
    }
  };
}

function whatOf({ files, conversation }: SubcommandFlags): RewindWhat {
  if (files === conversation) return "both";
  return files ? "files" : "conversation";
}

function tooMany(words: readonly string[]): PluginError {
  return new PluginError(
    "GANTRY_REWIND_USAGE",
    `Only one prompt can be gone back to: ${JSON.stringify(words.join(" "))} is too much.`,
    "Use gantry rewind <number> --session <id>; what is taken back is said by --files or --conversation.",
  );
}
