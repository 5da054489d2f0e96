import { textOf } from "gantry/sdk";
import type { Ended } from "./answer.ts";
import { type Means, type Run, withinTime } from "./job.ts";

/** Calls a tool of an MCP server, on the path of every call; its text is what a script would have printed. */
export function createRunTool({ tools, clock }: Means): Run<"mcp_tool"> {
  return (job) =>
    withinTime(job, clock, async (signal): Promise<Ended> => {
      const { server, tool, input = {} } = job.handler;
      const name = `mcp__${server}__${tool}`;
      if (!tools.list(job.session).some((known) => known.name === name)) {
        return { failure: `could not be run: there is no tool ${name}` };
      }
      const call = { name, input: filled(input, job.input), origin: "plugin", signal } as const;
      const { outcome, content } = await tools.call(job.session, call);
      const stdout = textOf(content);
      return outcome === "ok" ? { exitCode: 0, stdout, stderr: "" } : { failure: `could not be run: ${stdout}` };
    });
}

/** `${tool_input.file_path}` stands for that field of the event: alone, for the value; within a text, for its text. */
function filled(value: unknown, event: Readonly<Record<string, unknown>>): unknown {
  if (Array.isArray(value)) return value.map((inner) => filled(inner, event));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner, event)]));
  }
  if (typeof value !== "string") return value;
  const [, alone] = /^\$\{([\w.]+)\}$/.exec(value) ?? [];
  if (alone !== undefined) return fieldAt(event, alone) ?? "";
  return value.replace(/\$\{([\w.]+)\}/g, (_, path: string) => {
    const found = fieldAt(event, path) ?? "";
    return typeof found === "string" ? found : JSON.stringify(found);
  });
}

function fieldAt(event: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((inner, key) => {
    const isThere = typeof inner === "object" && inner !== null && Object.hasOwn(inner, key);
    return isThere ? (inner as Record<string, unknown>)[key] : undefined;
  }, event);
}
