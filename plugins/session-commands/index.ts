import { definePlugin, Files, lazy, manifest, optional, SessionStore, Settings } from "gantry/sdk";

export const sessionCommands = manifest({
  name: "session-commands",
  description: "Finds, shows, renames, forks, exports and removes sessions.",
  needs: { store: SessionStore, files: Files, settings: optional(Settings) },
  commands: {
    resume: { description: "List the sessions of this folder, or go on with one", argumentHint: "[session or words]" },
    fork: { description: "Go on in a copy of this session, or of another one", argumentHint: "[session]" },
    rename: { description: "Give the session a name", argumentHint: "<name>" },
    export: { description: "Write the conversation to a file: .md, .html, .json or .jsonl", argumentHint: "[file]" },
    sessions: { description: "List the sessions of this folder", argumentHint: "[words]" },
    clear: { description: "Begin a new session" },
    tree: { description: "Show the prompts of this session, with every branch" },
  },
  subcommands: {
    sessions: {
      description: "List, show, search, rename, delete, export, import and prune sessions",
      usage: "[list|show|search|rename|delete|tree|export|import|prune] [session] [words...]",
      flags: {
        all: { description: "the sessions of every folder" },
        json: { description: "write JSON" },
        format: { description: "of an export: md, html, json or jsonl", value: "<format>" },
        output: { description: "the file to export to; it must not exist yet", value: "<file>" },
        force: { description: "delete: without asking" },
        days: { description: "prune: how many days a session is kept", value: "<days>" },
        "dry-run": { description: "prune: say what would go, and let it stay" },
      },
    },
  },
});

export default definePlugin(
  sessionCommands,
  lazy(() => import("./session-commands.ts")),
);
