/** The hooks of a session, for programs that show them. */
import type { HookListing } from "gantry/sdk";
import type { Kit } from "./kit.ts";
import { SOURCES } from "./settings.ts";

export async function listHooks({ use }: Kit): Promise<object> {
  const sources = await use.hookSources?.();
  if (!sources) throw new Error("No plugin runs hooks here.");
  const { hooks, events, off, isOnlyManaged, problems } = sources.list();
  const catalog = events.map(({ name, summary, takesMatcher }) => ({ name, summary, supportsMatcher: takesMatcher }));
  const counted = catalog.map((event) => ({
    ...event,
    hookCount: hooks.filter((hook) => hook.event === event.name).length,
  }));
  return {
    events: counted.filter(({ hookCount }) => hookCount > 0),
    hooks: hooks.map(row),
    eventCatalog: catalog,
    policy: {
      disabledByPolicy: off === "everybody's",
      managedOnly: isOnlyManaged,
      pluginOnly: false,
      allDisabled: off !== "nobody's",
      policyHookCount: hooks.filter(({ layer }) => layer === "managed").length,
    },
    ...(problems.length && { errors: problems.map((message) => ({ path: "hooks", message })) }),
  };
}

const LABELS: Readonly<Record<string, string>> = {
  command: "Command",
  http: "URL",
  mcp_tool: "Tool",
  prompt: "Prompt",
  agent: "Prompt",
  function: "Function",
};

function row({ event, matcher, layer, source, type, text, ...more }: HookListing): object {
  const { condition, timeout, statusMessage, isInBackground, whyOff } = more;
  return {
    event,
    matcher,
    source: type === "function" ? "sessionHook" : SOURCES[layer],
    sourceLabel: source,
    type,
    displayText: statusMessage ?? text,
    commandText: text,
    contentLabel: LABELS[type] ?? type,
    ...(condition !== undefined && { condition }),
    timeout,
    ...(statusMessage !== undefined && { statusMessage }),
    ...(isInBackground && { runsInBackground: true }),
    // The reason is no field of the protocol; readers pass over what they do not know.
    ...(whyOff !== undefined && { disabled: true, disabledBecause: whyOff }),
  };
}
