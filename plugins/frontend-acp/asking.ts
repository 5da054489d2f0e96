import {
  methods,
  type PermissionOption,
  type RequestPermissionRequest,
  type ToolCallContent,
} from "@agentclientprotocol/sdk/unstable";
import { type Answer, isGantryError, messageOf, type Question, rootOf, type TurnView } from "gantry/sdk";
import { type QuestionOffer, type QuestionParts, questionParts, questionTargets } from "gantry/sdk/kit/question";
import { decodeText } from "gantry/sdk/kit/text-file";
import { fenced } from "./content.ts";
import { fillIn } from "./elicitation.ts";
import type { Link } from "./link.ts";
import { toolView } from "./tool-view.ts";

const KINDS = { once: "allow_once", session: "allow_always", always: "allow_always", no: "reject_once" } as const;

/** Most bytes of a file that is shown beside what would replace it. */
const MOST_BYTES = 1024 * 1024;

/** Puts questions to the person in the editor. What cannot be asked is answered by nobody, which means no. */
export function createAsking(link: Link) {
  return async (question: Question, turn: TurnView): Promise<Answer | undefined> => {
    if (question.form) return orNobody(fillIn(question.form, question.call, turn, link), turn);
    const remembered = await link.services?.remembered?.();
    const offer = remembered?.offer(turn.session, question.call);
    const parts = questionParts(question, { targets: questionTargets(question.call, turn.session.cwd), offer });
    const chosen = await choose(await requestOf(question, turn, parts), turn);
    const answer = parts.offers.find((one) => one.answer === chosen)?.answer;
    if (chosen === undefined) return undefined;
    if (chosen === "cancelled") return { decision: "deny", interrupt: true };
    if (answer === "once") return { decision: "allow" };
    if (answer !== "session" && answer !== "always") return { decision: "deny" };
    await remembered?.keep(turn.session, question.call, answer).catch((thrown) => {
      // The yes holds for this call; that it could not be kept is told.
      const remedy = isGantryError(thrown) ? thrown.remedy : undefined;
      turn.session.notify({ level: "warning", text: [messageOf(thrown), remedy].filter(Boolean).join(" ") });
    });
    return { decision: "allow" };
  };

  /** The option that was chosen; `undefined` when the client cannot ask. */
  async function choose(request: RequestPermissionRequest, turn: TurnView): Promise<string | undefined> {
    const waiting = { cancellationSignal: turn.signal, stopWaitingOnCancel: true };
    const asked = link.peer.request(methods.client.session.requestPermission, request, waiting);
    return orNobody(
      asked.then(({ outcome }) => (outcome.outcome === "selected" ? outcome.optionId : "cancelled")),
      turn,
    );
  }

  async function orNobody<T>(asked: Promise<T>, { signal }: TurnView): Promise<T | undefined> {
    try {
      return await asked;
    } catch (thrown) {
      if (!signal.aborted) link.log(`The editor could not ask: ${messageOf(thrown)}`);
      return undefined;
    }
  }

  async function requestOf(
    { call }: Question,
    { session }: TurnView,
    parts: QuestionParts,
  ): Promise<RequestPermissionRequest> {
    const path = call.places?.at(-1);
    const before = path === undefined ? undefined : await textAt(path);
    const { title, kind, locations, diff } = toolView(call.tool, call.input, session, before);
    return {
      sessionId: rootOf(session).id,
      toolCall: {
        toolCallId: call.id,
        title,
        name: call.tool.name,
        kind,
        status: "pending",
        locations,
        content: [...diff, ...detailsOf(parts, diff.length > 0)],
        rawInput: call.input,
      },
      options: parts.offers.map(optionOf),
    };
  }

  /** What is there now, for the eyes of the person alone. */
  async function textAt(path: string): Promise<string | undefined> {
    const files = await link.services?.files?.();
    const file = await files?.read(path, { realPath: path, maxBytes: MOST_BYTES }).catch(() => undefined);
    return file && decodeText(file.bytes)?.text;
  }
}

/** All that would run, every sign of it visible, and why it is asked. */
function detailsOf({ fields, targets, reason, rule, offers }: QuestionParts, hasDiff: boolean): ToolCallContent[] {
  const shown = fields.filter(({ isInDiff, name }) => !(hasDiff && (isInDiff || name === "content")));
  const input = shown.map(({ name, lines }) =>
    lines.length > 1 ? `${name}:\n${lines.join("\n")}` : `${name}: ${lines[0]}`,
  );
  const wider = offers.find(({ answer }) => answer === "session");
  const words = [
    ...(targets.length ? [`Its path leads to:\n${targets.join("\n")}`] : []),
    ...(reason ? [`Why you are asked: ${reason}`] : []),
    ...(rule ? [`Rule: ${rule}`] : []),
    ...(wider?.covers ? [`A lasting yes covers: ${wider.covers}`] : []),
  ];
  return [input, words].flatMap((lines) =>
    lines.length ? [{ type: "content", content: fenced({ text: lines.join("\n") }) }] : [],
  );
}

function optionOf({ answer, rules, file }: QuestionOffer): PermissionOption {
  const what = rules.length ? ` ${rules.join(", ")}` : "";
  const names = {
    once: "Allow",
    session: `Allow${what || " this call"} for this session`,
    always: `Always allow${what}${file ? ` (written to ${file})` : ""}`,
    no: "Reject",
  };
  return { optionId: answer, name: names[answer], kind: KINDS[answer] };
}
