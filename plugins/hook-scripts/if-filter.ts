import type { Call } from "gantry/sdk";
import { matchText } from "gantry/sdk/kit/stars";

/**
 * Whether a call is what a permission rule speaks of: the `if` of a hook. It only saves runs, it protects nothing, so what cannot be
 * told runs the hook.
 */
export function mayMean(rule: string, call: Call): boolean {
  const [, tool, specifier] = /^([A-Za-z_*][\w*-]*)(?:\(([\s\S]*)\))?$/.exec(rule.trim()) ?? [];
  if (tool === undefined) return true;
  const { name, aliases = [], permission } = call.tool;
  const names = [name, ...aliases, permission?.family ?? name];
  if (!names.some((one) => matchText(tool, one))) return false;
  if (specifier === undefined || specifier === "" || specifier === "*") return true;
  if (!permission || !("command" in permission)) return mentions(specifier, call);
  const command = fieldOf(call, permission.command);
  return typeof command !== "string" || commandsIn(command).some((one) => begins(specifier, one));
}

/** A rule about a path or a host, looked for in the field that the tool is judged by. */
function mentions(specifier: string, call: Call): boolean {
  const { permission } = call.tool;
  const field =
    permission && "path" in permission
      ? permission.path
      : permission && "url" in permission
        ? permission.url
        : undefined;
  const value = field === undefined ? undefined : fieldOf(call, field);
  if (typeof value !== "string") return true;
  const pattern = specifier.replace(/^domain:|^\.?\/+|^~\//, "").replaceAll("**", "*");
  return matchText(`*${pattern}`, value) || matchText(`*${pattern}*`, value);
}

/** A command and every part of it that a shell would run by itself. */
function commandsIn(command: string): readonly string[] {
  const parts = command.split(/&&|\|\||[;|&\n]|\$\(|`|\(|\)/).map((part) => part.trim());
  return [command.trim(), ...parts.filter(Boolean)].map((part) => part.replace(/^(?:\w+=\S*\s+)+/, ""));
}

function begins(specifier: string, command: string): boolean {
  const start = /^(.+?)(?::| )\*$/s.exec(specifier)?.[1];
  return start === undefined
    ? matchText(specifier, command)
    : matchText(start, command) || matchText(`${start} *`, command);
}

function fieldOf({ input }: Call, field: string): unknown {
  return (input as Readonly<Record<string, unknown>> | null)?.[field];
}
