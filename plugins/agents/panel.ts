/** `/agents`: the kinds there are, and those at work in this session. */
import { relative } from "node:path";
import type {
  AgentDefinition,
  AgentRun,
  Block,
  CommandAnswer,
  HostInfo,
  ListItem,
  SessionView,
  SetupContext,
} from "gantry/sdk";
import { listPanel } from "gantry/sdk/kit/panels";
import { oneLine } from "gantry/sdk/kit/prompt-head";
import { visible, visibleLine } from "gantry/sdk/kit/visible";
import { claimIn } from "./definition.ts";
import type { agents } from "./index.ts";
import type { Shelf } from "./shelf.ts";
import type { Starting } from "./starting.ts";

interface PanelParts {
  readonly context: SetupContext<typeof agents>;
  readonly shelf: Shelf;
  readonly starting: Starting;
}

const GROUPS: Readonly<Record<AgentDefinition["source"], string>> = {
  managed: "Managed",
  flag: "Command line",
  program: "Application",
  project: "Project",
  personal: "Personal",
  "built-in": "Built-in",
};
const RUNS = "In this session";
const LONGEST = 160;

export async function agentsPanel(
  { context: { host, use }, shelf, starting }: PanelParts,
  session: SessionView,
): Promise<CommandAnswer> {
  return {
    panel: await listPanel({
      title: "Agents",
      load: async () => [...starting.runs(session).toReversed().map(runItem), ...(await kinds())],
      actions: [{ key: "enter", label: "read", run: ({ id }) => plain(id) }],
      preview: ({ id }) => blocks(id),
    }),
  };

  async function kinds(): Promise<readonly ListItem[]> {
    const order = Object.keys(GROUPS);
    const all = [...(await shelf.all(session))].sort((a, b) => order.indexOf(a.source) - order.indexOf(b.source));
    return all.map((one) => {
      const remark =
        one.obstacle ??
        one.problem ??
        (isUnapproved(one) ? `its mode ${one.permissionMode} is not approved` : undefined);
      return {
        id: `kind ${one.name}`,
        title: one.name,
        detail: [
          { text: `${one.model ?? "inherit"}  `, tone: "dim" },
          { text: visibleLine(oneLine(one.description, LONGEST)) },
          ...(remark ? [{ text: `  (${remark})`, tone: "warning" } as const] : []),
        ],
        group: GROUPS[one.source],
      };
    });
  }

  function isUnapproved(one: AgentDefinition): boolean {
    const claim = one.source === "project" ? claimIn(one) : undefined;
    return claim !== undefined && !use.trust.approves(claim);
  }

  async function blocks(id: string): Promise<readonly Block[]> {
    const found = (await shelf.all(session)).find(({ name }) => `kind ${name}` === id);
    if (found)
      return [
        { type: "fields", fields: fieldsOf(found, host) },
        { type: "markdown", text: found.prompt },
      ];
    const agent = starting.runs(session).find((one) => one.id === id);
    if (!agent) return [];
    return [
      { type: "fields", fields: runFields(agent) },
      { type: "markdown", text: agent.task.prompt },
      { type: "list", items: agent.steps.map((line) => ({ line })) },
    ];
  }

  async function plain(id: string): Promise<string> {
    const found = (await shelf.all(session)).find(({ name }) => `kind ${name}` === id);
    if (found) return visible(found.prompt);
    const agent = starting.runs(session).find((one) => one.id === id);
    return agent
      ? runFields(agent)
          .map(({ name, value }) => `${name}: ${value}`)
          .join("\n")
      : "It is gone.";
  }
}

function fieldsOf(one: AgentDefinition, { cwd }: HostInfo) {
  const tools = one.tools?.join(", ") ?? "all";
  const without = one.disallowedTools?.length ? `, but not ${one.disallowedTools.join(", ")}` : "";
  return [
    { name: "is for", value: visibleLine(one.description) },
    { name: "tools", value: visibleLine(tools + without) },
    { name: "model", value: visibleLine(one.model ?? "that of the session") },
    ...(one.permissionMode ? [{ name: "mode", value: one.permissionMode }] : []),
    ...(one.path
      ? [{ name: "file", value: visibleLine(one.path.startsWith(cwd) ? relative(cwd, one.path) : one.path) }]
      : []),
  ];
}

function runItem(run: AgentRun): ListItem {
  const tone = run.state === "running" ? "accent" : run.state === "completed" ? "good" : "warning";
  return {
    id: run.id,
    title: visibleLine(`${run.definition.name}: ${run.task.description}`),
    detail: [
      { text: run.state, tone },
      { text: `  ${figuresOf(run)}`, tone: "dim" },
    ],
    group: RUNS,
  };
}

function runFields(run: AgentRun) {
  return [
    { name: "state", value: run.state },
    { name: "step", value: visibleLine(run.step) },
    { name: "model", value: run.model },
    { name: "so far", value: figuresOf(run) },
    ...(run.transcriptPath ? [{ name: "transcript", value: run.transcriptPath }] : []),
  ];
}

function figuresOf({ calls, ms, costUsd }: AgentRun): string {
  const cost = costUsd === undefined ? "cost not known" : `$${costUsd.toFixed(4)}`;
  return `${calls} ${calls === 1 ? "call" : "calls"}, ${Math.round(ms / 1000)} s, ${cost}`;
}
