import {
  definePlugin,
  Exec,
  Inspector,
  later,
  lazy,
  manifest,
  optional,
  Sandbox,
  SessionStore,
  Settings,
  Tools,
  Trust,
} from "gantry/sdk";

const group = "Insight";
const isImmediate = true;
const json = { description: "write JSON" };

export const inspect = manifest({
  name: "inspect",
  description: "Shows what is loaded, where each value comes from, and whether all is well.",
  needs: {
    inspector: Inspector,
    settings: optional(Settings),
    exec: optional(Exec),
    sandbox: later(optional(Sandbox)),
    trust: later(Trust),
    tools: Tools,
    store: later(optional(SessionStore)),
  },
  commands: {
    why: {
      description: "Show what became of a call, and what each plugin did to it",
      argumentHint: "[number|tool|id]",
      group,
      help: "/why Bash shows the last call of Bash.",
      isImmediate,
    },
    inspect: {
      description: "Show plugins, prompt, tools and hooks, with owners and what they cost",
      argumentHint: "[plugins|prompt|tools|hooks]",
      group,
      isImmediate,
    },
    tools: {
      description: "Show the tools, whose they are and what they cost",
      argumentHint: "[tool]",
      group,
      isImmediate,
    },
    prompt: { description: "Show the system prompt by section", argumentHint: "[section]", group, isImmediate },
    doctor: { description: "Check that all that Gantry needs is there", aliases: ["checkup"], group, isImmediate },
    trace: { description: "Show how long plugins took with the calls of this session", group, isImmediate },
    heapdump: {
      description: "Show the memory in use, or write it to a file",
      argumentHint: "[now]",
      group,
      isHidden: true,
    },
  },
  subcommands: {
    plugins: {
      description: "List what is loaded, from where, and what each plugin adds",
      flags: { hooks: { description: "show the order of every hook's taps, and why" }, json },
    },
    config: {
      description: "List the configuration: each key, its value, and where it was set",
      usage: "[key]",
      flags: {
        why: { description: "show every layer's value for a key or a setting", value: "<key>" },
        json,
      },
    },
    doctor: { description: "Check that everything Gantry needs is there", flags: { json } },
  },
});

export default definePlugin(
  inspect,
  lazy(() => import("./inspect.ts")),
);
