/** Starts agents, within the limits, and knows those at work. */
import {
  type AgentDefinition,
  type AgentRun,
  type Agents,
  type AgentTask,
  isGantryError,
  perSession,
  rootOf,
  type Session,
  type SessionView,
  type SetupContext,
} from "gantry/sdk";
import type { agents } from "./index.ts";
import { createLimits } from "./limits.ts";
import { chosenModel, wishOf } from "./models.ts";
import { notStarted, stillRunning, tooMany, unapproved, unknown } from "./refusals.ts";
import { startRun } from "./run.ts";
import type { Shelf } from "./shelf.ts";
import { hasTool } from "./tools.ts";

const DEEPEST = 3;
const MOST = 20;
/** Those that have ended are listed for a while. */
const MOST_ENDED = 50;

/** Sessions outlive their plugins, which may be set up anew in the midst of one: what an agent works by holds on. */
const works = new WeakMap<SessionView, Work>();
/** By the session at the top. */
const runsOf = perSession((): { run: AgentRun; by: SessionView }[] => []);

export interface Starting extends Pick<Agents, "start" | "runs" | "watch"> {
  /** What an agent's session works by. */
  workOf(session: SessionView): Work | undefined;
  /** Whether what the definition asks for may count. */
  isApproved(definition: AgentDefinition): boolean;
}

export interface Work {
  readonly definition: AgentDefinition;
  readonly task: AgentTask;
}

export function createStarting(
  { use, host }: SetupContext<typeof agents>,
  shelf: Shelf,
  /** What a session works by. */
  definitionOf: (session: SessionView) => Promise<AgentDefinition | undefined>,
): Starting {
  const limits = createLimits(use, definitionOf);
  const listeners = new Set<Parameters<Agents["watch"]>[0]>();
  /** Started and not yet in the list. */
  const starting = perSession(() => ({ count: 0 }));
  const deepest = limit("CLAUDE_CODE_MAX_SUBAGENT_SPAWN_DEPTH", DEEPEST);

  function limit(name: string, usual: number): number {
    const asked = Number(host.env[name]);
    return Number.isInteger(asked) && asked >= 0 && host.env[name] !== "" ? asked : usual;
  }

  async function start(session: SessionView, given: AgentTask): Promise<AgentRun> {
    const task = given.resume === undefined ? given : await again(session, given, given.resume);
    const definition = await shelf.find(task.type);
    if (!definition) throw unknown(task.type, await shelf.all());
    if (definition.obstacle) throw notStarted(definition);
    if (definition.hooks && !limits.isApproved(definition)) throw unapproved(definition);
    await limits.checkAllowed(session, definition, task);
    const root = rootOf(session);
    const pending = starting(root);
    checkLimits(session, runsOf(root).filter(({ run }) => run.state === "running").length + pending.count);
    pending.count++;
    try {
      const child = await open(session, definition, task);
      const run = startRun({
        definition,
        task,
        session: child,
        meter: await use.meter?.(),
        onChange: (one) => tell(one, session),
      });
      remember(run, session);
      return run;
    } finally {
      pending.count--;
    }
  }

  /** What goes on is what it was: by what is known of it here, or else by its log. */
  async function again(session: SessionView, task: AgentTask, wanted: string): Promise<AgentTask> {
    const root = rootOf(session);
    const runs = runsOf(root).map(({ run }) => run);
    const before = runs.findLast(({ id }) => id === wanted) ?? runs.findLast((run) => run.task.name === wanted);
    if (before?.state === "running") throw stillRunning(before);
    const { name } = before?.task ?? {};
    const { denies, hooks } = before?.task ?? {};
    if (before)
      return {
        ...task,
        type: before.definition.name,
        resume: before.id,
        ...(name && { name }),
        ...(denies && { denies }),
        ...(hooks && { hooks }),
      };
    const log = await (await use.store?.())?.read(wanted, { cwd: session.cwd, parent: root.id });
    const [first] = log?.entries ?? [];
    const agent = first?.type === "session" ? first.agent : undefined;
    if (!agent) throw unknown(wanted, []);
    return { ...task, type: agent.type, ...(agent.name && { name: agent.name }) };
  }

  async function open(parent: SessionView, definition: AgentDefinition, task: AgentTask): Promise<Session> {
    const { name, isLean = false } = definition;
    const agent = {
      type: name,
      ...(task.name && { name: task.name }),
      ...(task.callId && { callId: task.callId }),
      ...(isLean && { isLean }),
    };
    const mayGoDeeper = depthOf(parent) + 1 < deepest;
    const mayUse: Parameters<typeof use.children.open>[1]["mayUse"] = (tool) =>
      hasTool(definition, tool) && (mayGoDeeper || !isStarter(tool.permission?.family));
    const child = await withModel(parent, definition, task, (model) =>
      use.children.open(parent, {
        agent,
        mayUse,
        ...(task.resume !== undefined && { resume: task.resume }),
        ...(model !== undefined && { model }),
      }),
    );
    works.set(child, { definition, task });
    try {
      await limits.restrict(child, definition, task);
    } catch (thrown) {
      await child.close();
      throw thrown;
    }
    return child;
  }

  /** Where the model that is wished for cannot be had, that of the session above does it. */
  async function withModel(
    parent: SessionView,
    definition: AgentDefinition,
    task: AgentTask,
    begin: (model?: string) => Promise<Session>,
  ): Promise<Session> {
    const wish = wishOf(definition, task, host);
    const model = wish && chosenModel(wish, parent.model, use.inspector);
    if (model === undefined) return begin();
    try {
      return await begin(model);
    } catch (thrown) {
      if (!isGantryError(thrown) || !thrown.code.startsWith("GANTRY_MODEL_")) throw thrown;
      if (wish?.isByPerson) {
        const text = `The agent ${definition.name} asks the session's model: ${thrown.message}`;
        parent.notify({ level: "warning", plugin: "agents", text });
      }
      return begin();
    }
  }

  function checkLimits(session: SessionView, running: number): void {
    if (depthOf(session) >= deepest)
      throw tooMany(`Agents may lie ${deepest} deep, and this one would lie deeper.`, "Do it without another agent.");
    if (running >= MOST)
      throw tooMany(`${running} agents are at work, which is as many as may be.`, "Wait until one has ended.");
  }

  function remember(run: AgentRun, by: SessionView): void {
    const runs = runsOf(rootOf(by));
    runs.push({ run, by });
    const ended = runs.filter((one) => one.run.state !== "running");
    for (const one of ended.slice(0, -MOST_ENDED)) runs.splice(runs.indexOf(one), 1);
  }

  function tell(run: AgentRun, session: SessionView): void {
    for (const listener of [...listeners]) listener(run, session);
  }

  return {
    start,
    isApproved: limits.isApproved,
    workOf: (session) => works.get(session),
    runs: (session) => runsOf(rootOf(session)).flatMap(({ run, by }) => (isBelow(by, session) ? [run] : [])),
    watch(listener) {
      // A function of its own, so that one may be added twice.
      const own: typeof listener = (...about) => listener(...about);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
  };
}

/** By the family that rules know: whoever has a tool to start agents with says so. */
function isStarter(family: string | undefined): boolean {
  return family === "Agent";
}

function depthOf(session: SessionView): number {
  return session.parent ? depthOf(session.parent) + 1 : 0;
}

function isBelow(session: SessionView, above: SessionView): boolean {
  return session === above || (session.parent !== undefined && isBelow(session.parent, above));
}
