import {
  type AgentDefinition,
  deny,
  type ModelEvent,
  messageOf,
  type PromptDraft,
  perSession,
  type SessionView,
  type Setup,
  text,
  textOf,
  z,
} from "gantry/sdk";
import { managedFolder } from "gantry/sdk/kit/managed-folder";
import { visibleLine } from "gantry/sdk/kit/visible";
import { soon } from "gantry/sdk/kit/watch-folders";
import type { agents } from "./index.ts";
import { createMainAgent } from "./main-agent.ts";
import { agentMentions } from "./mentions.ts";
import { createShelf, type Shelf } from "./shelf.ts";
import { createStarting } from "./starting.ts";
import { hasTool, isGiven } from "./tools.ts";

/** The setup with the administrator's folder at another place: for tests alone. */
export function agentsFrom(managed: string): Setup<typeof agents> {
  return (context) => {
    const { use, scope, log } = context;
    let offered: Promise<void> | undefined;
    const shelf = createShelf(context, managed);
    const starting = createStarting(context, shelf, definitionOf);
    const main = createMainAgent(context, starting.isApproved);
    const asked = perSession(() => ({ requests: 0, hasTold: false }));

    /** What the session works by: an agent's its definition, the one at the top that of the setting. */
    async function definitionOf(session: SessionView): Promise<AgentDefinition | undefined> {
      if (session.parent) return starting.workOf(session)?.definition;
      const name = use.settings?.get("agent", z.string());
      return name ? shelf.find(name) : undefined;
    }

    async function built(draft: PromptDraft, session: SessionView): Promise<PromptDraft | undefined> {
      const definition = await definitionOf(session);
      if (!definition) {
        tellUnknown(session);
        return undefined;
      }
      const own = ["coding", "style", ...(session.parent ? ["append"] : [])]
        .reduce((next, key) => next.without(key), draft)
        .with({ key: "base", cache: "stable", text: definition.prompt });
      const texts = definition.skills
        ? await (await import("./skill-texts.ts")).skillTexts(definition, session, { ...context, managed })
        : undefined;
      const taught = texts ? own.with({ key: "agent-skills", cache: "session", text: texts }) : own;
      if (session.parent) return taught;
      const has = new Set(namesOf(definition, session));
      return taught.filterTools(({ name }) => has.has(name));
    }

    /** At the top the tools are those of the host, less those that the definition has not. */
    function namesOf(definition: AgentDefinition, session: SessionView): readonly string[] {
      const { plugins } = use.inspector.report(session);
      const tools = plugins.flatMap(({ name: owner, manifest, contributes }) =>
        (contributes.tools ?? []).map((name) => ({
          description: "",
          input: z.object({}),
          ...manifest.tools?.[name],
          name,
          owner,
        })),
      );
      return tools.flatMap((tool) => (hasTool(definition, tool, false) ? [tool.name] : []));
    }

    function offer(): Promise<void> {
      offered ??= (async () => {
        const mentions = await use.mentions?.();
        if (mentions) scope.own(mentions.add(agentMentions(shelf)));
      })();
      return offered.catch((thrown) => log(messageOf(thrown)));
    }

    function tellUnknown(session: SessionView): void {
      const name = session.parent ? undefined : use.settings?.get("agent", z.string());
      if (!name || asked(session).hasTold) return;
      asked(session).hasTold = true;
      const said = `There is no agent ${JSON.stringify(name)}, so the session works as ever. /agents lists them.`;
      session.notify({ level: "warning", plugin: "agents", text: visibleLine(said) });
    }

    return {
      services: {
        agents: {
          list: async (session) => shelf.all(session),
          start: starting.start,
          runs: starting.runs,
          watch: starting.watch,
          put: shelf.put,
        },
      },
      commands: {
        agents: async (_, session) => (await import("./panel.ts")).agentsPanel({ context, shelf, starting }, session),
      },
      claims: { agents: () => shelf.claims() },
      taps: {
        sessionStart: async (session) => {
          const own = session.parent ? undefined : await definitionOf(session);
          if (own) await main.begin(session, own);
          // Whoever types a name is offered them; nobody else, and no start, waits for that.
          if (session.isInteractive && !session.parent && use.mentions) scope.own(soon(() => void offer()));
        },
        input: async (input, { session }) => {
          const { content, origin, isMeta, outcome } = input;
          if (shelf.problem) return { content, origin, outcome: { kind: "refused", text: shelf.problem } };
          if (outcome) return undefined;
          const own = session.parent ? undefined : await definitionOf(session);
          const obstacle = session.parent ? undefined : (own?.obstacle ?? (await main.hold(session, own)));
          if (obstacle !== undefined) {
            const said = `The session cannot work as the agent ${own?.name}: ${obstacle}.`;
            return { content, origin, outcome: { kind: "refused", text: visibleLine(said, 600) } };
          }
          if (origin !== "person" || isMeta) return undefined;
          const named = await namedIn(textOf(content), shelf);
          if (named.length) session.enqueue({ content: [text(wanted(named))], origin: "plugin", isMeta: true });
          return own && main.withBeginning(input, session, own);
        },
        promptBuild: (draft, { session }) => built(draft, session),
        modelWrap: (stream, session) => {
          if (!session.parent) return undefined;
          return (request, call) => {
            const { definition, task } = (call.turn && starting.workOf(session)) || {};
            const { maxTurns } = definition ?? {};
            const effort = task?.effort ?? definition?.effort;
            const state = asked(session);
            if (maxTurns !== undefined && state.requests >= maxTurns) return atItsEnd(maxTurns);
            if (call.turn) state.requests++;
            return stream(effort ? { ...request, effort } : request, call);
          };
        },
        toolGate: async (_, call, { session }) => {
          const definition = await definitionOf(session);
          if (!definition) return undefined;
          const why = `the agent ${visibleLine(definition.name, 60)} has it not, or not for this`;
          if (call.origin === "user") return undefined;
          if (!hasTool(definition, call.tool, session.parent !== undefined)) return deny(why);
          return (await isGiven(definition, call, session, use.files)) ? undefined : deny(why);
        },
      },
    };
  };
}

export default agentsFrom(managedFolder(process.platform));

/** Agents as people name them. */
const MENTION = /(?<=^|[\s([{"'])@agent-([\p{L}\p{N}_][\p{L}\p{N}_.-]*)/gu;

async function namedIn(said: string, shelf: Shelf): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const [, name = ""] of said.matchAll(MENTION)) {
    const definition = (await shelf.find(name)) ?? (await shelf.find(name.replace(/[.-]+$/, "")));
    if (definition) found.add(definition.name);
  }
  return [...found];
}

function wanted(names: readonly string[]): string {
  const which = names.length === 1 ? `the agent ${names[0]}` : `the agents ${names.join(", ")}`;
  return `<system-reminder>\nThe person wants ${which} to do this: start it with the tool Agent, and give it all that it needs to know.\n</system-reminder>`;
}

async function* atItsEnd(most: number): AsyncGenerator<ModelEvent> {
  const message = `It may ask its model ${most} times, and has`;
  yield { type: "failure", failure: { kind: "limit", code: "max_turns", message, isRetryable: false } };
}
