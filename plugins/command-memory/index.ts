import {
  definePlugin,
  Files,
  later,
  lazy,
  Memory,
  MemoryDream,
  Meter,
  manifest,
  optional,
  SessionMemory,
} from "gantry/sdk";

export const commandMemory = manifest({
  name: "command-memory",
  description: "Shows memory, and lets the person pin, forget, tidy and undo.",
  needs: {
    files: optional(Files),
    memory: later(Memory),
    dream: later(optional(MemoryDream)),
    summary: later(optional(SessionMemory)),
    meter: later(optional(Meter)),
  },
  commands: {
    memory: {
      description: "See what is remembered and why it came into a prompt; pin, forget, tidy",
      argumentHint: "[list | show | edit | pin | unpin | forget | why | summary | dream | undo | on | off]",
      group: "Context",
      help: "pin keeps an entry as it is; why says what came into which prompt; dream tidies.\n/memory forget deploying",
    },
  },
  subcommands: {
    memory: {
      description: "List what is remembered; show, pin or forget an entry; tidy all, and undo that",
      usage: "[list [words] | show <id> | pin <id> | unpin <id> | forget <id> | dream | undo]",
      flags: {
        "dry-run": { description: "with dream and undo: show what would change, and change nothing" },
        offline: { description: "with dream: ask no model" },
        json: { description: "write JSON" },
      },
    },
  },
});

export default definePlugin(
  commandMemory,
  lazy(() => import("./command-memory.ts")),
);
