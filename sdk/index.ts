/**
 * `gantry/sdk`: all that a plugin author imports.
 *
 * Four nouns: a **hook** is a moment in a turn, a **slot** a list of things of one kind, a **service**
 * one thing with one owner, a **scope** a lifetime. A plugin is data plus one function.
 *
 * @module
 */
// First, since it has to count before any schema is made.
import "./zod.ts";

export * from "./agents.ts";
export * from "./checkpoints.ts";
export * from "./control.ts";
export * from "./efforts.ts";
export * from "./errors.ts";
export * from "./events.ts";
export * from "./files.ts";
export * from "./hook-events.ts";
export * from "./hooks.ts";
export * from "./host.ts";
export * from "./http.ts";
export * from "./id.ts";
export * from "./json.ts";
export * from "./kernel.ts";
export * from "./keymap.ts";
export * from "./log.ts";
export * from "./mcp.ts";
export * from "./memory.ts";
export * from "./mentions.ts";
export * from "./message.ts";
export * from "./meter.ts";
export * from "./model.ts";
export * from "./output-styles.ts";
export * from "./panel.ts";
export * from "./permissions.ts";
export * from "./plugin.ts";
export * from "./programs.ts";
export * from "./prompt.ts";
export * from "./scope.ts";

export * from "./secrets.ts";
export * from "./service.ts";
export * from "./session.ts";
export * from "./session-store.ts";
export * from "./settings.ts";
export * from "./skills.ts";
export * from "./slots.ts";
export * from "./speech.ts";
export * from "./suggestions.ts";
export * from "./tool.ts";
export * from "./trust.ts";
export * from "./verdict.ts";
export * from "./view.ts";
export * from "./wire.ts";
export { z } from "./zod.ts";
