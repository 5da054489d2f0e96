/** Why an agent is not started. */
import { type AgentDefinition, type AgentRun, PluginError } from "gantry/sdk";
import { didYouMean } from "gantry/sdk/kit/nearest";
import { visibleLine } from "gantry/sdk/kit/visible";

export function unknown(type: string, all: readonly AgentDefinition[]): PluginError {
  const names = all.map(({ name }) => name);
  return new PluginError(
    "GANTRY_AGENT_UNKNOWN",
    `There is no agent ${JSON.stringify(visibleLine(type, 100))}.${didYouMean(type, names)}`,
    `There are: ${names.join(", ")}.`,
  );
}

export function notStarted({ name, obstacle }: AgentDefinition): PluginError {
  return new PluginError(
    "GANTRY_AGENT_OBSTACLE",
    `The agent ${name} cannot be started: ${obstacle}.`,
    "Change its definition, or start another agent.",
  );
}

export function unapproved({ name, path }: AgentDefinition): PluginError {
  return new PluginError(
    "GANTRY_AGENT_UNAPPROVED",
    `The agent ${name} cannot be started: ${path} came with this folder, and nobody has approved its hooks.`,
    "Look at what the folder asks for with `gantry trust`, and approve it with `gantry trust add`.",
  );
}

export function notAllowed(name: string, why: string): PluginError {
  return new PluginError(
    "GANTRY_AGENT_DENIED",
    `The agent ${visibleLine(name, 60)} may not be started: ${visibleLine(why, 300)}.`,
    "Do it without that agent.",
  );
}

export function stillRunning({ id, definition }: AgentRun): PluginError {
  return new PluginError(
    "GANTRY_AGENT_RUNNING",
    `The agent ${definition.name} (${id}) is still at work.`,
    "Wait until it has ended, or start another one.",
  );
}

export function tooMany(problem: string, remedy: string): PluginError {
  return new PluginError("GANTRY_AGENT_LIMIT", problem, remedy);
}
