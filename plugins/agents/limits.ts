/** What keeps an agent in hand: its rules, its hooks, its mode, and whether it may be started at all. */
import {
  type AgentDefinition,
  type AgentTask,
  messageOf,
  type Session,
  type SessionView,
  type SetupContext,
} from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";
import { claimIn } from "./definition.ts";
import { belowHooks, declaredBy } from "./hooks.ts";
import type { agents } from "./index.ts";
import { notAllowed, notStarted } from "./refusals.ts";
import { givesAgent, isAbout, partlyForbidden } from "./tools.ts";

export interface Limits {
  restrict(child: Session, definition: AgentDefinition, task: AgentTask): Promise<void>;
  /** Whether what the definition asks for may count. */
  isApproved(definition: AgentDefinition): boolean;
  /** Rejects where a rule denies it, or the session's own definition does not give it. */
  checkAllowed(session: SessionView, definition: AgentDefinition, task: AgentTask): Promise<void>;
}

export function createLimits(
  use: SetupContext<typeof agents>["use"],
  definitionOf: (session: SessionView) => Promise<AgentDefinition | undefined>,
): Limits {
  /** What its definition says of permissions. A mode that is looser counts where a person has written or approved it. */
  async function restrict(child: Session, definition: AgentDefinition, task: AgentTask): Promise<void> {
    await addHooks(child, definition, task);
    const forbidden = [...partlyForbidden(definition), ...(task.denies ?? [])];
    if (forbidden.length) {
      const rules = await use.rules?.();
      if (!rules) throw new Error("no plugin forbids a part of what a tool can do, as its definition says");
      rules.deny(child, forbidden);
    }
    for (const rule of task.allows ?? []) await allow(child, rule);
    const { permissionMode: mode } = definition;
    if (mode === undefined || !isApproved(definition)) return;
    const permissions = await use.permissions?.();
    await permissions?.setMode(child, mode).catch((thrown: unknown) => {
      const text = `The agent ${definition.name} works in the session's permission mode: ${messageOf(thrown)}`;
      child.notify({ level: "warning", plugin: "agents", text });
    });
  }

  async function allow(child: Session, rule: string): Promise<void> {
    try {
      (await use.rules?.())?.allow(child, [rule]);
    } catch (thrown) {
      child.notify({
        level: "warning",
        plugin: "agents",
        text: visibleLine(`${messageOf(thrown)} It allows nothing.`),
      });
    }
  }

  async function addHooks(child: Session, definition: AgentDefinition, { hooks: more }: AgentTask): Promise<void> {
    const declared = [...declaredBy(definition), ...(more ? [more] : [])];
    if (!declared.length) return;
    const sources = await use.hooks?.();
    if (!sources) throw notStarted({ ...definition, obstacle: "no plugin runs the hooks that it would have" });
    for (const one of declared) sources.add(child, { ...one, hooks: belowHooks(one.hooks) });
  }

  function isApproved(definition: AgentDefinition): boolean {
    const claim = claimIn(definition);
    return !claim || use.trust.approves(claim);
  }

  /** Not every start is a call of a tool that rules and gates have seen. */
  async function checkAllowed(session: SessionView, { name }: AgentDefinition, { callId }: AgentTask): Promise<void> {
    const rules = (await use.rules?.())?.list(session) ?? [];
    const rule = rules.find((one) => one.behavior === "deny" && isAbout(one.rule, name));
    if (rule) throw notAllowed(name, `the rule ${rule.rule} (${rule.source}) denies it`);
    const own = callId === undefined ? undefined : await definitionOf(session);
    if (own && !givesAgent(own, name)) throw notAllowed(name, `the agent ${own.name} has no tool to start it with`);
  }

  return { restrict, isApproved, checkAllowed };
}
