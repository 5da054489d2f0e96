/** Permission questions that the program at the other end answers, or a tool that it names. */
import {
  type Answer,
  type Call,
  messageOf,
  type Question,
  type SessionView,
  type TurnView,
  textOf,
  z,
} from "gantry/sdk";
import { isWithin } from "gantry/sdk/kit/paths";
import {
  applyPermissionUpdate,
  permissionSuggestions,
  permissionUpdateSchema,
} from "gantry/sdk/kit/permission-updates";
import { addAnswered, removeAnswered } from "./folders.ts";
import { askForm } from "./forms.ts";
import type { Kit } from "./kit.ts";
import type { Request } from "./line.ts";

/** The tool that stands for the other end of the line. */
const LINE = "stdio";

type Asker = Pick<Kit, "use" | "config"> & {
  /** Absent where nothing but prompts is taken. */
  readonly kit: Kit | undefined;
  /** Asks at the other end of the line; absent where there is none. */
  readonly ask: ((request: Request, signal: AbortSignal) => Promise<unknown>) | undefined;
};

/** `undefined`: nobody here answers. */
export async function askOther(kit: Asker, question: Question, turn: TurnView): Promise<Answer | undefined> {
  const { permissionPromptTool: tool } = kit.config;
  const { form } = question;
  // Who answers for the person knows the tools that ask them something: it gets the call.
  if (form && !(form.isForCall && tool !== undefined)) return kit.ask && askForm({ ask: kit.ask }, form, turn.signal);
  if (tool === undefined) return undefined;
  if (tool === LINE) return kit.ask && decided(kit, question, turn, () => askLine(kit, question, turn));
  // Who named the tool on the command line wants it to be called.
  if (question.call.tool.name === tool && question.call.origin === "plugin") return { decision: "allow" };
  return decided(kit, question, turn, () => askTool(kit, tool, question.call, turn));
}

async function decided(
  kit: Asker,
  { call }: Question,
  { session, signal }: TurnView,
  ask: () => Promise<unknown>,
): Promise<Answer | undefined> {
  try {
    const said = answerSchema().parse(await ask());
    if (said.behavior === "deny")
      return { decision: "deny", reason: said.message, ...(said.interrupt && { interrupt: true }) };
    await widen(kit, session, said.updatedPermissions ?? []);
    return { decision: "allow", ...(said.updatedInput && { input: said.updatedInput }) };
  } catch (thrown) {
    if (signal.aborted) return undefined;
    const why = thrown instanceof z.ZodError ? "what came back is no answer" : messageOf(thrown);
    return {
      decision: "deny",
      reason: `whoever answers for the person could not say yes to ${call.tool.name}: ${why}`,
    };
  }
}

async function askLine(kit: Asker, question: Question, { session, signal }: TurnView): Promise<unknown> {
  const { call, verdict, form } = question;
  const { tool, id, input } = call;
  const blocked = call.places?.find((place) => !isWithin(place, session.folders));
  // Of what a tool itself asks, no rule takes the place.
  const suggestions = form ? [] : await permissionSuggestions(kit.use, session, call);
  return kit.ask?.(
    {
      subtype: "can_use_tool",
      tool_name: tool.name,
      display_name: tool.name,
      input,
      tool_use_id: id,
      ...(session.parent && { agent_id: session.id }),
      permission_suggestions: suggestions,
      ...(blocked !== undefined && { blocked_path: blocked }),
      ...(verdict.reason && { decision_reason: verdict.reason }),
      decision_reason_type: verdict.rule === undefined ? "other" : "rule",
      ...descriptionOf(input),
    },
    signal,
  );
}

async function askTool({ use }: Asker, tool: string, call: Call, { session, signal }: TurnView): Promise<unknown> {
  const input = { tool_name: call.tool.name, input: call.input, tool_use_id: call.id };
  const { outcome, content } = await use.tools.call(session, { name: tool, input, origin: "plugin", signal });
  const said = textOf(content);
  if (outcome !== "ok") throw new Error(said);
  return JSON.parse(said);
}

/** From now on. What cannot be is told, and the yes stands. */
async function widen({ use, kit }: Asker, session: SessionView, updates: readonly unknown[]): Promise<void> {
  const opened = kit?.wishes.opened;
  const isOpened = kit && opened?.id === session.id;
  const addFolder = isOpened ? (folder: string) => addAnswered(kit, opened, folder) : undefined;
  const removeFolder = isOpened ? (folder: string) => removeAnswered(opened, folder) : undefined;
  for (const given of updates) {
    try {
      const update = permissionUpdateSchema().parse(given);
      await applyPermissionUpdate({ ...use, addFolder, removeFolder }, session, update);
      if (update.type === "setMode" && isOpened && use.permissions) kit.wishes.mode = use.permissions.mode(session);
    } catch (thrown) {
      const text = `A change of permissions that came with a yes was not made: ${messageOf(thrown)}`;
      session.notify({ level: "warning", plugin: "frontend-control", text });
    }
  }
}

/** What a command says of itself. */
function descriptionOf(input: unknown): { readonly description?: string } {
  const { description } = (input ?? {}) as { readonly description?: unknown };
  return typeof description === "string" ? { description } : {};
}

function answerSchema() {
  return z.discriminatedUnion("behavior", [
    z.looseObject({
      behavior: z.literal("allow"),
      updatedInput: z.record(z.string(), z.unknown()).nullish(),
      updatedPermissions: z.array(z.unknown()).nullish(),
    }),
    z.looseObject({
      behavior: z.literal("deny"),
      message: z.string().default("the person said no"),
      interrupt: z.boolean().nullish(),
    }),
  ]);
}
