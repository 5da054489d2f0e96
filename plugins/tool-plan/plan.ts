import {
  allow,
  ask,
  type Call,
  isGantryError,
  PERMISSION_MODES,
  type PermissionMode,
  perSession,
  type SessionView,
  type Setup,
  ToolError,
  type TurnView,
  type Verdict,
} from "gantry/sdk";
import { shownPath } from "gantry/sdk/kit/shown-path";
import { answerOf, formOf } from "./form.ts";
import type { toolPlan } from "./index.ts";
import { createPlace } from "./place.ts";
import { planRenderer } from "./renderer.ts";

const REMEDY =
  "A person says yes in the terminal, or in the program that runs this session; else give the plan as your answer.";

const setup: Setup<typeof toolPlan> = ({ use, host, scope }) => {
  const { permissions, questions } = use;
  const place = createPlace(use.files, use.settings, host);
  const endKeeping = permissions.keepPlans?.(place.isFile, async (session) => ({
    path: place.file(session),
    text: await place.read(session),
  }));
  if (endKeeping) scope.own(endKeeping);
  const isPlanning = (session: SessionView) => permissions.mode(session) === "plan";
  /** The plans of calls that have not run yet, by id. */
  const presented = perSession(() => new Map<string, string>());

  async function enter(session: SessionView): Promise<string> {
    const isAsked = session.isInteractive && permissions.mode(session) !== "dontAsk";
    if (!isPlanning(session) && !isAsked) {
      throw new ToolError("Nobody can be asked to approve a plan here. Plan by yourself, and go on.");
    }
    await permissions.setMode(session, "plan");
    return instructions(place.file(session));
  }

  async function leave(input: Readonly<Record<string, unknown>>, id: string, session: SessionView) {
    const shown = presented(session).get(id);
    presented(session).delete(id);
    const filePath = place.file(session);
    if (shown === undefined) throw new ToolError("The session is not planning: there is no plan to approve. Go on.");
    if (shown.trim() === "")
      throw new ToolError(`There is no plan yet. Write it to ${filePath}, then call this again.`);
    // The person may have changed the file while they were asked, and whoever answers for them the call.
    const isGiven = typeof input.plan === "string" && input.plan.trim() !== "" && input.plan !== shown;
    const plan = isGiven ? (input.plan as string) : (await place.read(session)) || shown;
    if (isGiven) await place.write(session, plan);
    if (isPlanning(session)) await goBack(session, input.mode);
    const mode = permissions.mode(session);
    const changed = plan === shown ? "" : ` They have changed it; this is what they want:\n\n${plan}`;
    const edits = mode === "acceptEdits" ? " Edits run without asking." : "";
    return {
      content: `The person has approved the plan, which is kept in ${filePath}. Carry it out now.${edits}${changed}`,
      data: { plan, filePath, isAgent: false },
    };
  }

  /** Whoever approved may have chosen a mode that this session may not enter. */
  async function goBack(session: SessionView, wanted: unknown): Promise<void> {
    const before = permissions.before?.(session) ?? "default";
    const mode = PERMISSION_MODES.find((one) => one === wanted) ?? before;
    try {
      await permissions.setMode(session, mode === "plan" ? "default" : mode);
    } catch (thrown) {
      if (!isGantryError(thrown)) throw thrown;
      await permissions.setMode(session, "default");
      session.notify({ level: "warning", plugin: "tool-plan", text: thrown.message });
    }
  }

  /** What hooks and whoever answers see of the call, whatever the model has put into it. */
  async function withPlan(call: Call, session: SessionView): Promise<Call | undefined> {
    if (!isPlanning(session)) return undefined;
    const { plan: given } = call.input as { readonly plan?: unknown };
    const isGiven = typeof given === "string" && given.trim() !== "";
    const plan = isGiven ? given : await place.read(session);
    if (isGiven) await place.write(session, plan);
    presented(session).set(call.id, plan);
    return { ...call, input: { plan, planFilePath: place.file(session) } };
  }

  function vote(verdict: Verdict, call: Call, session: SessionView): Verdict | undefined {
    if (call.tool.name === "EnterPlanMode") return { ...allow("from then on less may run"), readsOnly: true };
    const plan = presented(session).get(call.id);
    if (!plan?.trim()) return undefined;
    // A hook that has changed the call has looked at it; a bare yes to all calls counts only where nobody else can say it.
    const isByHook = verdict.decision === "allow" && verdict.rule === undefined;
    const isMeant = !session.isInteractive || (call.input as { readonly plan?: unknown }).plan !== plan;
    if (isByHook && isMeant) return undefined;
    return { ...ask("a person approves a plan before it is carried out"), remedy: REMEDY };
  }

  async function putToPerson(call: Call, turn: TurnView) {
    const { session } = turn;
    const { plan } = call.input as { readonly plan?: unknown };
    const text = typeof plan === "string" ? plan : (presented(session).get(call.id) ?? "");
    const before: PermissionMode | undefined = permissions.before?.(session);
    const form = formOf(text, shownPath(place.file(session), session), before);
    return answerOf(await questions.ask(session, { form, call, turn }), call.input as object);
  }

  return {
    renderers: { ExitPlanMode: planRenderer },
    tools: {
      EnterPlanMode: async (_, { session }) => enter(session),
      ExitPlanMode: (input, { id, session }) => leave(input, id, session),
    },
    taps: {
      promptBuild: (draft, { session }) => {
        // An agent plans nothing with the person; it only looks.
        if (session.parent) return undefined;
        const isNow = isPlanning(session);
        const shown = session.isInteractive
          ? draft
          : draft.filterTools(({ name }) => name !== "EnterPlanMode" && (isNow || name !== "ExitPlanMode"));
        const text = isNow ? instructions(place.file(session)) : "";
        return isNow ? shown.with({ key: "plan", cache: "turn", text }) : shown;
      },
      preTool: (call, { session }) => withPlan(call, session),
      toolGate: (verdict, call, { session }) => vote(verdict, call, session),
      ask: ({ call, form }, turn) => (form ? undefined : putToPerson(call, turn)),
    },
  };
};

export default setup;

function instructions(file: string): string {
  return [
    "You are planning: change nothing yet, whatever is asked for.",
    "Read and search until you know what to do, and ask the person what only they can tell.",
    `Then write the plan as markdown to ${file} (no other file can be written): what changes where, in which order, how it is checked.`,
    "Call ExitPlanMode to have it approved. A mere question needs an answer, and no plan.",
  ].join(" ");
}
