import { definePlugin, Exec, Files, later, lazy, Models, manifest, optional, SessionStore, Settings } from "gantry/sdk";

const group = "Session";

export const sessionCommands = manifest({
  name: "session-commands",
  description: "Finds, shows, renames, forks, exports and removes sessions.",
  needs: {
    store: SessionStore,
    files: Files,
    models: Models,
    settings: optional(Settings),
    exec: later(optional(Exec)),
  },
  commands: {
    resume: {
      description: "Go on with a session of this folder",
      argumentHint: "[session or words]",
      aliases: ["continue"],
      group,
      help: "A session is named by its id, the start of it, its name, or words of its name.\n/resume fix the login",
    },
    fork: {
      description: "Go on in a copy of this session, or of another one",
      argumentHint: "[session]",
      group,
      help: "The old one stays as it is.",
    },
    branch: {
      description: "Go on in a copy of this session, under a name of its own",
      argumentHint: "[name]",
      group,
    },
    rename: { description: "Give the session a name", argumentHint: "<name>", group, isImmediate: true },
    export: {
      description: "Write the conversation to a file: .md, .html, .json or .jsonl",
      argumentHint: "[file]",
      group,
      help: "No file is overwritten. .json and .jsonl can be taken in again with gantry sessions import.\n/export talk.html",
      isImmediate: true,
    },
    copy: {
      description: "Copy the last answer, or a piece of code in it",
      argumentHint: "[nth last] [all | code number]",
      group,
      help: "/copy 2 copies the answer before the last one.\n/copy 1 code 3",
      isImmediate: true,
    },
    sessions: { description: "List the sessions of this folder", argumentHint: "[words]", group, isImmediate: true },
    clear: {
      description: "Begin a new session",
      argumentHint: "[name for the old one]",
      aliases: ["reset", "new"],
      group,
    },
    tree: {
      description: "Show the prompts of this session with every branch, and go to one",
      group,
      help: "What the files are stays as it is: /rewind takes changes back.",
    },
    recap: { description: "Sum up this session in a few lines", group, isImmediate: true },
    btw: {
      description: "Ask something on the side, which does not become part of the conversation",
      argumentHint: "<question>",
      group,
      help: "The model sees the conversation and has no tools.\n/btw what did the failing test say?",
      isImmediate: true,
    },
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
