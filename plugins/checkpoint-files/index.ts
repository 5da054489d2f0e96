import {
  Checkpoints,
  definePlugin,
  Files,
  later,
  lazy,
  manifest,
  optional,
  SeenFiles,
  Settings,
  ShellFolders,
  Tools,
  z,
} from "gantry/sdk";

export const checkpointFiles = manifest({
  name: "checkpoint-files",
  description: "Keeps what files were before tools change them, so that what a prompt did can be taken back.",
  config: () =>
    z.object({
      maxCheckpoints: z.number().int().positive().default(100).describe("prompts whose changes are kept, per session"),
      maxFileBytes: z
        .number()
        .int()
        .nonnegative()
        .default(10 * 1024 * 1024)
        .describe("larger files are not kept, and cannot be taken back"),
      maxBytes: z
        .number()
        .int()
        .positive()
        .default(256 * 1024 * 1024)
        .describe("on the disk, per session; the oldest are dropped"),
    }),
  needs: {
    files: Files,
    seenFiles: optional(SeenFiles),
    settings: optional(Settings),
    folders: optional(ShellFolders),
    tools: later(Tools),
  },
  provides: { checkpoints: Checkpoints },
  commands: {
    rewind: {
      description: "Go back to before a prompt: conversation, files, or both",
      argumentHint: "[number [conversation|files|both|summarize-from|summarize-upto] | undo]",
      aliases: ["checkpoint", "undo"],
      group: "Session",
      help: "undo takes the last rewind back; --dry-run says what would change, --force takes back what others have changed since.\n/rewind 3 files",
    },
  },
  subcommands: {
    rewind: {
      description: "List the prompts of a session, or take back what came of one and of all after it",
      usage: "[number|undo]",
      flags: {
        session: {
          description: "the session's id, or the start of it; default: the newest of this folder",
          value: "<id>",
        },
        files: { description: "only the files" },
        conversation: { description: "only the conversation" },
        "dry-run": { description: "change nothing, and say what would change" },
        force: { description: "take back what somebody else has changed since, too" },
        json: { description: "write JSON" },
      },
    },
  },
  // Around the tool itself, so that what is kept is what the tool found.
  wraps: ["Edit", "Write", "NotebookEdit", "Bash"],
  taps: {
    // Other tools of these families.
    preTool: { only: ["Edit", "Bash"], stage: "last" },
    postTool: { only: ["Edit", "Bash"], stage: "first" },
  },
});

export default definePlugin(
  checkpointFiles,
  lazy(() => import("./checkpoint-files.ts")),
);
