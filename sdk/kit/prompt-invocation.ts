/** Calls of commands and skills that lie in files: what they allow, what they run, and the prompt that comes of it. */
import {
  type Agents,
  type DeclaredHooks,
  type Efforts,
  type HookSources,
  type HostInfo,
  type Input,
  type Models,
  messageOf,
  type PermissionRules,
  type PromptDraft,
  perSession,
  type SessionView,
  type Settings,
  type Tools,
  type Trust,
  type TurnView,
  textOf,
  z,
} from "gantry/sdk";
import { patternFor } from "./path-rules.ts";
import { isWithin } from "./paths.ts";
import { folderOf, type PromptFile } from "./prompt-files.ts";
import { type ForkCall, type Forked, noteForked, runFork, wishesOf, withForked } from "./prompt-fork.ts";
import { failed, unapproved } from "./prompt-refusals.ts";
import { fillTemplate } from "./prompt-template.ts";
import { visibleLine } from "./visible.ts";

/** What a call needs of the host. */
export interface InvocationParts {
  /** The plugin in whose name things are told. */
  readonly plugin: string;
  readonly host: HostInfo;
  /** What the plugin uses. */
  readonly use: {
    readonly trust: Trust;
    readonly tools: Tools;
    readonly models: Models;
    /** Asked for where a file has hooks. */
    readonly hooks?: (() => Promise<HookSources | undefined>) | undefined;
    /** Asked for where a file wants an agent of its own. */
    readonly agents?: (() => Promise<Agents | undefined>) | undefined;
  };
  readonly rules: PermissionRules | undefined;
  readonly efforts: Efforts | undefined;
  readonly settings: Settings | undefined;
}

/** A call. */
export interface Invocation {
  readonly file: PromptFile;
  readonly args: string;
  readonly session: SessionView;
  /** The turn in which a model makes it; absent where a person typed it, whose message it then becomes. */
  readonly turn?: TurnView;
  /** Stands before the text. */
  readonly lead?: string;
}

/** Calls of one plugin's files. */
export interface Invocations {
  /**
   * The prompt. What the file allows holds until the person's next message, and so does what it forbids.
   *
   * **Contract**: rejects with a coded error where a command of it was refused or failed; then it allows nothing.
   */
  prompt(invocation: Invocation): Promise<string>;
  /**
   * Several that a person typed in one line, as one prompt; `texts` is what came of each. What each allows and asks for holds; of models
   * and efforts the last.
   */
  prompts(invocations: readonly Invocation[]): Promise<{ readonly text: string; readonly texts: readonly string[] }>;
  /**
   * Has it done by an agent of its own, where the file wants that and there can be one; `undefined` elsewhere. What the file allows and
   * forbids, its hooks, its model and its effort are the agent's. What a person has called is told the conversation with the next prompt.
   *
   * **Contract**: rejects as `prompt` does, and with a coded error where the agent was not started or has not done its task.
   */
  fork(invocation: Invocation, call: ForkCall): Promise<Forked | undefined>;
  /** For the tap `promptBuild`. */
  onPrompt(draft: PromptDraft, turn: TurnView): PromptDraft;
  /** For the tap `input`. */
  onInput(input: Input, turn: TurnView): Promise<void>;
  /** Whether what the file would run and allow has been approved. */
  counts(file: PromptFile): boolean;
}

interface State {
  /** Take back what is allowed and forbidden now. */
  readonly releases: (() => void)[];
  /** What the person's next message is, should it be what came of a call. */
  pending?: { readonly text: string; readonly calls: readonly Filled[] } | undefined;
}

/** A call, and what came of it. */
interface Filled {
  readonly file: PromptFile;
  readonly text: string;
  /** What the file allows, where that counts. */
  readonly allowed: readonly string[];
}

/** By plugin: sessions outlive their plugins, which may be set up anew in the midst of one, and what was granted has to be taken back. */
const statesOf = perSession(() => new Map<string, State>());

export const SHELL_OFF = "[commands in prompts are turned off: disableSkillShellExecution]";

export function createInvocations({ plugin, host, use, rules, efforts, settings }: InvocationParts): Invocations {
  const { trust, tools, models } = use;
  const hooks = async () => use.hooks?.();
  const agents = async () => use.agents?.();
  const states = (session: SessionView) => {
    const own = statesOf(session);
    const known = own.get(plugin) ?? { releases: [] };
    own.set(plugin, known);
    return known;
  };
  const counts = ({ claim }: PromptFile) => !claim || trust.approves(claim);

  async function prompt(invocation: Invocation): Promise<string> {
    const { turn } = invocation;
    if (!turn) return (await prompts([invocation])).text;
    const filled = await fill(invocation);
    await hold(filled, turn);
    return filled.text;
  }

  async function prompts(invocations: readonly Invocation[]) {
    const calls: Filled[] = [];
    for (const invocation of invocations) calls.push(await fill(invocation));
    const texts = calls.map((call) => call.text);
    const text = texts.join("\n\n");
    // It counts for the prompt that comes of it: whoever asks for a prompt and sends another one is allowed nothing.
    for (const { session } of invocations) states(session).pending = { text, calls };
    return { text, texts };
  }

  async function fork(invocation: Invocation, call: ForkCall): Promise<Forked | undefined> {
    const { file, args, session, turn } = invocation;
    // An agent does it itself: with the tools that it has, and no others.
    const known = file.isFork && !session.parent ? await agents() : undefined;
    if (!known) return undefined;
    const { text, allowed } = await fill(invocation, true);
    const task = {
      ...wishesOf(file),
      prompt: text,
      allows: allowed,
      denies: file.disallowedTools,
      ...(file.hooks && counts(file) && { hooks: declaredIn(file, file.hooks) }),
    };
    const forked = await runFork(known, session, task, call);
    if (!turn) noteForked(session, plugin, `/${file.name} ${args}`.trim(), forked.text);
    return forked;
  }

  /** What it allows holds for its own commands, until they have run. */
  async function fill({ file, args, session, turn, lead = "" }: Invocation, isForked = false): Promise<Filled> {
    const tell = (text: string) => session.notify({ level: "warning", plugin, text: visibleLine(text) });
    if (file.problem) tell(`${file.path}: ${file.problem}; all of it is taken for its text.`);
    const isOff = file.commands.length > 0 && !mayRun(file);
    if (file.commands.length > 0 && !isOff && !counts(file)) throw unapproved(file);
    if (file.isFork && !isForked && !session.parent)
      tell(`/${file.name} wants an agent of its own, which it cannot have here: it runs in this conversation.`);
    const allowed = allowedBy(file, session, tell);
    const release = grant(allowed, file, session, tell);
    const values = { args, names: file.names, variables: variablesOf(file, session) };
    try {
      const body = await fillTemplate(file.body, values, (command) =>
        isOff ? Promise.resolve(SHELL_OFF) : run(command, file, session, turn),
      );
      return { file, text: lead + body, allowed };
    } finally {
      release();
    }
  }

  /** From here on until the person's next message. */
  async function hold({ file, allowed }: Filled, turn: TurnView): Promise<void> {
    const { session } = turn;
    const { releases } = states(session);
    releases.push(grant(allowed, file, session));
    if (file.model !== undefined) await choose(file.model, turn);
    if (file.effort !== undefined) efforts?.chooseFor(turn, file.effort);
    if (file.hooks !== undefined && counts(file)) {
      const release = (await hooks())?.add(session, declaredIn(file, file.hooks));
      if (release) releases.push(release);
    }
  }

  /** An administrator's own files run whatever is turned off for others. */
  function mayRun({ source }: PromptFile): boolean {
    const said = settings?.layers("disableSkillShellExecution", z.boolean()) ?? [];
    return source === "managed" || !said.some(({ value }) => value);
  }

  function allowedBy(file: PromptFile, session: SessionView, tell: (text: string) => void): readonly string[] {
    if (counts(file)) return [...file.allowedTools, ...ownFolder(file, session)];
    const lost = [...(file.allowedTools.length ? ["allows nothing"] : []), ...(file.hooks ? ["adds no hooks"] : [])];
    if (lost.length)
      tell(`/${file.name} ${lost.join(" and ")} by itself: nobody has approved what ${file.path} asks for.`);
    return [];
  }

  /** Returns what takes it back. */
  function grant(
    allowed: readonly string[],
    file: PromptFile,
    session: SessionView,
    tell?: (text: string) => void,
  ): () => void {
    const releases: (() => void)[] = [];
    for (const rule of rules ? allowed : []) {
      try {
        releases.push(rules?.allow(session, [rule]) ?? (() => undefined));
      } catch (thrown) {
        tell?.(`${file.path}: ${messageOf(thrown)} It allows nothing.`);
      }
    }
    if (rules && file.disallowedTools.length) releases.push(rules.deny(session, file.disallowedTools));
    return () => {
      for (const release of releases.splice(0)) release();
    };
  }

  async function run(
    command: string,
    { shell }: PromptFile,
    session: SessionView,
    turn: TurnView | undefined,
  ): Promise<string> {
    const result = await tools.call(session, {
      name: shell,
      input: { command },
      origin: "plugin",
      isUnasked: true,
      ...(turn && { signal: turn.signal }),
    });
    const { stdout, backgroundTaskId } = (result.data ?? {}) as { stdout?: unknown; backgroundTaskId?: unknown };
    if (result.outcome !== "ok" || backgroundTaskId !== undefined) throw failed(command, result);
    return typeof stdout === "string" ? stdout : textOf(result.content);
  }

  function variablesOf(file: PromptFile, session: SessionView): Readonly<Record<string, string>> {
    const effort = file.effort ?? settings?.get("effortLevel", z.string()) ?? host.env.CLAUDE_CODE_EFFORT_LEVEL;
    return {
      CLAUDE_SESSION_ID: session.id,
      CLAUDE_PROJECT_DIR: session.cwd,
      CLAUDE_EFFORT: effort ?? "medium",
      ...(file.kind === "skill" && { CLAUDE_SKILL_DIR: folderOf(file) }),
    };
  }

  async function choose(name: string, turn: TurnView): Promise<void> {
    await models.chooseFor(turn, name).catch((thrown) => {
      const text = `The session's model goes on: ${messageOf(thrown)}`;
      turn.session.notify({ level: "warning", plugin, text });
    });
  }

  return {
    prompt,
    prompts,
    fork,
    counts,
    onPrompt: (draft, { session }) => withForked(draft, session, plugin),
    async onInput({ origin, isMeta, content }, turn) {
      if (origin !== "person" || isMeta) return;
      const state = states(turn.session);
      const { pending } = state;
      state.pending = undefined;
      for (const release of state.releases.splice(0)) release();
      if (!pending || textOf(content) !== pending.text) return;
      for (const call of pending.calls) await hold(call, turn);
    },
  };
}

function declaredIn({ path, source }: PromptFile, hooks: object): DeclaredHooks {
  return { source: path, isManaged: source === "managed", hooks };
}

/** What else lies beside a skill may be read where the skill is, as long as the person has put it there. */
function ownFolder(file: PromptFile, session: SessionView): readonly string[] {
  const folder = folderOf(file);
  if (file.kind !== "skill" || file.source === "project" || isWithin(folder, session.folders)) return [];
  return /[()*?[\]\p{C}]/u.test(folder) ? [] : [`Read(${patternFor(folder, session.cwd)}/**)`];
}
