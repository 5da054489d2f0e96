import {
  allow,
  type Call,
  type Input,
  perSession,
  type SessionView,
  type Setup,
  type TextBlock,
  type ToolResult,
  type TurnView,
  text,
  textOf,
  z,
} from "gantry/sdk";
import type { inputShell } from "./index.ts";

const PLUGIN = "input-shell";
const TOOL = "Bash";

const outputSchema = z.object({ stdout: z.string(), stderr: z.string() }).partial();

const setup: Setup<typeof inputShell> = ({ config, use }) => {
  /** Commands that a person has typed and that are on their way. */
  const typed = perSession(() => new Set<string>());

  async function run(command: string, input: Input, turn: TurnView): Promise<Input> {
    const { session, signal } = turn;
    const own = typed(session);
    own.add(command);
    const result = await use.tools
      .call(session, { name: TOOL, input: { command }, origin: "user", signal })
      .finally(() => own.delete(command));
    if (result.outcome !== "ok" && result.outcome !== "error") {
      return { ...input, outcome: { kind: "refused", text: textOf(result.content) } };
    }
    const said = blocksOf(command, result);
    if (await isAnswered()) return { ...input, content: [...waiting(session), ...said] };
    session.record(PLUGIN, "said", { blocks: said.map((block) => block.text) });
    return { ...input, outcome: { kind: "handled", text: textOf(result.content) } };
  }

  async function isAnswered(): Promise<boolean> {
    return (await use.settings?.())?.get("respondToBashCommands", z.boolean()) ?? true;
  }

  function isOwn({ origin, input }: Call, session: SessionView): boolean {
    const { command, ...more } = input as { readonly command?: unknown };
    // Only what was typed, and nothing that a plugin has made of it.
    return origin === "user" && Object.keys(more).length === 0 && typed(session).has(String(command));
  }

  return {
    taps: {
      input: (input, turn) => {
        if (input.origin !== "person" || input.isMeta || input.outcome) return undefined;
        const command = commandIn(input);
        if (command !== undefined && isFor(config.when, turn.session)) return run(command, input, turn);
        const before = waiting(turn.session);
        return before.length ? { ...input, content: [...before, ...input.content] } : undefined;
      },
      toolGate: (_, call, { session }) => (isOwn(call, session) ? allow("the person has typed it") : undefined),
      ask: ({ call, form }, { session }) => (!form && isOwn(call, session) ? { decision: "allow" } : undefined),
    },
  };
};

export default setup;

function commandIn({ content }: Input): string | undefined {
  const [block] = content;
  if (content.length !== 1 || block?.type !== "text" || !block.text.startsWith("!")) return undefined;
  return block.text.slice(1).trim() || undefined;
}

/** A program that hands prompts over may have them from anybody: there, such a line is a prompt like any other. */
function isFor(when: "terminal" | "interactive" | "never", session: SessionView): boolean {
  if (when === "never" || !session.isInteractive) return false;
  return when === "interactive" || (process.stdin.isTTY === true && process.stdout.isTTY === true);
}

/** What commands have said since the last prompt, and nobody was to answer. */
function waiting({ entries }: SessionView): readonly TextBlock[] {
  const from = entries.findLastIndex((entry) => entry.type === "user");
  return entries.slice(from + 1).flatMap((entry) => {
    if (entry.type !== "plugin" || entry.plugin !== PLUGIN || entry.kind !== "said") return [];
    return ((entry.data as { readonly blocks?: readonly string[] }).blocks ?? []).map(text);
  });
}

function blocksOf(command: string, { content, data }: ToolResult): readonly TextBlock[] {
  const { stdout = textOf(content), stderr = "" } = outputSchema.safeParse(data).data ?? {};
  return [
    text(`<bash-input>${withoutMarks(command)}</bash-input>`),
    text(`<bash-stdout>${withoutMarks(stdout)}</bash-stdout><bash-stderr>${withoutMarks(stderr)}</bash-stderr>`),
  ];
}

/** Nothing that a command says can end the block that it stands in, or pass for the host's own. */
function withoutMarks(said: string): string {
  return said.replace(/<(?=\/?(?:bash-(?:input|stdout|stderr)|system-reminder|conversation-summary)\b)/gi, "&lt;");
}
