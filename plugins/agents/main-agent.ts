/** A whole session as an agent: its hooks, its model, and what it begins with. */
import {
  type AgentDefinition,
  type Input,
  messageOf,
  perSession,
  type SessionView,
  type SetupContext,
  type StartingSession,
  text,
  z,
} from "gantry/sdk";
import { soon } from "gantry/sdk/kit/watch-folders";
import { declaredBy } from "./hooks.ts";
import type { agents } from "./index.ts";
import { chosenModel } from "./models.ts";

export interface MainAgent {
  /** A session begins: it asks the definition's model, unless the person has named one, and somebody at a terminal need not speak first. */
  begin(session: StartingSession, definition: AgentDefinition): Promise<void>;
  /** Its hooks hold from here on, and those of another one no more. What stands in the way, as a sentence without its end. */
  hold(session: SessionView, definition: AgentDefinition | undefined): Promise<string | undefined>;
  /** With what the session begins with before the person's own words, where those are the first. */
  withBeginning(input: Input, session: SessionView, definition: AgentDefinition): Input;
}

interface State {
  hooks: string;
  release?: (() => void) | undefined;
  hasBegun: boolean;
}

/** Sessions outlive their plugins, which may be set up anew in the midst of one. */
const stateOf = perSession((session): State => ({ hooks: "", hasBegun: hasUser(session) }));

export function createMainAgent(
  { use, scope }: SetupContext<typeof agents>,
  isApproved: (definition: AgentDefinition) => boolean,
): MainAgent {
  async function chooseModel(session: StartingSession, { model, name, source }: AgentDefinition): Promise<void> {
    const isNamed = use.settings?.layers("model", z.string()).some(({ layer }) => layer === "flag");
    const isNew = !session.entries.some(({ type }) => type === "model" || type === "assistant");
    if (model === undefined || isNamed || !isNew) return;
    const isByPerson = source !== "project" && source !== "built-in";
    const chosen = chosenModel({ name: model, isByPerson }, session.model, use.inspector);
    if (chosen === undefined) return;
    await session.setModel(chosen).catch((thrown: unknown) => {
      const said = `The session does not ask the model of its agent ${name}: ${messageOf(thrown)}`;
      session.notify({ level: "warning", plugin: "agents", text: said });
    });
  }

  function speakFirst(session: SessionView, prompt: string): void {
    const state = stateOf(session);
    if (state.hasBegun || hasUser(session)) return;
    state.hasBegun = true;
    session.enqueue({ content: [text(prompt)], origin: "plugin" });
  }

  return {
    async begin(session, definition) {
      await chooseModel(session, definition);
      const { initialPrompt } = definition;
      // Once somebody looks on, and unless they have been quicker.
      if (initialPrompt !== undefined && session.isInteractive)
        scope.own(soon(() => speakFirst(session, initialPrompt)));
    },
    async hold(session, definition) {
      const state = stateOf(session);
      const [declared] = definition ? declaredBy(definition) : [];
      const key = declared ? JSON.stringify(declared) : "";
      const isOpen = !declared || (definition !== undefined && isApproved(definition));
      if (key === state.hooks && isOpen) return undefined;
      state.release?.();
      state.release = undefined;
      state.hooks = "";
      if (!isOpen)
        return "its hooks came with this folder, and nobody has approved them: `gantry trust` shows them, and `gantry trust add` approves them";
      if (!declared) return undefined;
      const sources = await use.hooks?.();
      if (!sources) return "no plugin runs the hooks that it would have";
      state.release = sources.add(session, declared);
      state.hooks = key;
      return undefined;
    },
    withBeginning(input, session, { initialPrompt }) {
      const state = stateOf(session);
      if (initialPrompt === undefined || state.hasBegun || hasUser(session)) return input;
      state.hasBegun = true;
      return { ...input, content: [text(initialPrompt), ...input.content] };
    },
  };
}

function hasUser({ entries }: SessionView): boolean {
  return entries.some(({ type }) => type === "user");
}
