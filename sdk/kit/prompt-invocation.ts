/** Calls of commands and skills that lie in files: what they allow, what they run, and the prompt that comes of it. */
import {
  type HostInfo,
  type Input,
  type Models,
  messageOf,
  type PermissionRules,
  PluginError,
  perSession,
  type SessionView,
  type Settings,
  type ToolResult,
  type Tools,
  type Trust,
  type TurnView,
  textOf,
  z,
} from "gantry/sdk";
import { patternFor } from "./path-rules.ts";
import { isWithin } from "./paths.ts";
import { folderOf, type PromptFile } from "./prompt-files.ts";
import { fillTemplate } from "./prompt-template.ts";
import { visibleLine } from "./visible.ts";

/** What a call needs of the host. */
export interface InvocationParts {
  /** The plugin in whose name things are told. */
  readonly plugin: string;
  readonly host: HostInfo;
  readonly trust: Trust;
  readonly tools: Tools;
  readonly models: Models;
  readonly rules: PermissionRules | undefined;
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
  /** For the tap `input`. */
  onInput(input: Input, turn: TurnView): Promise<void>;
  /** Whether what the file would run and allow has been approved. */
  counts(file: PromptFile): boolean;
}

interface State {
  /** Take back what is allowed and forbidden now. */
  readonly releases: (() => void)[];
  /** What the person's next message is, should it be what came of a call. */
  pending?: { readonly text: string; readonly file: PromptFile; readonly allowed: readonly string[] } | undefined;
}

export const SHELL_OFF = "[commands in prompts are turned off: disableSkillShellExecution]";

export function createInvocations({
  plugin,
  host,
  trust,
  tools,
  models,
  rules,
  settings,
}: InvocationParts): Invocations {
  const states = perSession((): State => ({ releases: [] }));
  const counts = ({ claim }: PromptFile) => !claim || trust.approves(claim);

  async function prompt({ file, args, session, turn, lead = "" }: Invocation): Promise<string> {
    const tell = (text: string) => session.notify({ level: "warning", plugin, text: visibleLine(text) });
    if (file.problem) tell(`${file.path}: ${file.problem}; all of it is taken for its text.`);
    const isOff = file.commands.length > 0 && !mayRun(file);
    if (file.commands.length > 0 && !isOff && !counts(file)) throw unapproved(file);
    if (file.isFork)
      tell(`/${file.name} wants an agent of its own, which there is not yet: it runs in this conversation.`);
    const allowed = allowedBy(file, session, tell);
    const release = grant(allowed, file, session, tell);
    const values = { args, names: file.names, variables: variablesOf(file, session) };
    const filled = fillTemplate(file.body, values, (command) =>
      isOff ? Promise.resolve(SHELL_OFF) : run(command, file, session, turn),
    );
    const text =
      lead +
      (await filled.catch((thrown) => {
        release();
        throw thrown;
      }));
    const state = states(session);
    if (turn) {
      state.releases.push(release);
      if (file.model !== undefined) await choose(file.model, turn);
    } else {
      // It counts for the prompt that comes of it: whoever asks for a prompt and sends another one is allowed nothing.
      release();
      state.pending = { text, file, allowed };
    }
    return text;
  }

  /** An administrator's own files run whatever is turned off for others. */
  function mayRun({ source }: PromptFile): boolean {
    const said = settings?.layers("disableSkillShellExecution", z.boolean()) ?? [];
    return source === "managed" || !said.some(({ value }) => value);
  }

  function allowedBy(file: PromptFile, session: SessionView, tell: (text: string) => void): readonly string[] {
    if (counts(file)) return [...file.allowedTools, ...ownFolder(file, session)];
    if (file.allowedTools.length)
      tell(`/${file.name} allows nothing by itself: nobody has approved what ${file.path} asks for.`);
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
    counts,
    async onInput({ origin, isMeta, content }, turn) {
      if (origin !== "person" || isMeta) return;
      const state = states(turn.session);
      const { pending } = state;
      state.pending = undefined;
      for (const release of state.releases.splice(0)) release();
      if (!pending || textOf(content) !== pending.text) return;
      const { file, allowed } = pending;
      state.releases.push(grant(allowed, file, turn.session));
      if (file.model !== undefined) await choose(file.model, turn);
    },
  };
}

/** What else lies beside a skill may be read where the skill is, as long as the person has put it there. */
function ownFolder(file: PromptFile, session: SessionView): readonly string[] {
  const folder = folderOf(file);
  if (file.kind !== "skill" || file.source === "project" || isWithin(folder, session.folders)) return [];
  return /[()*?[\]\p{C}]/u.test(folder) ? [] : [`Read(${patternFor(folder, session.cwd)}/**)`];
}

function unapproved({ path, commands }: PromptFile): PluginError {
  return new PluginError(
    "GANTRY_PROMPT_UNAPPROVED",
    `it would run ${JSON.stringify(commands[0])}, and nobody has approved that: ${path} came with this folder.`,
    "Look at what the folder asks for with `gantry trust`, and approve it with `gantry trust add`.",
  );
}

function failed(command: string, result: ToolResult): PluginError {
  const isRefused = result.outcome === "denied";
  return new PluginError(
    "GANTRY_PROMPT_SHELL",
    `its command ${JSON.stringify(command.slice(0, 300))} ${isRefused ? "may not run unasked" : "failed"}: ${textOf(result.content).slice(0, 2_000)}`,
    isRefused
      ? "Allow the command in `allowed-tools` of the file, or in the settings."
      : "Correct the command, and call it again.",
  );
}
