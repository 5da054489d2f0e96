/**
 * A permission question, taken apart: what every frontend shows, as data. Whatever comes from the call is made visible here; to
 * keep it from passing as the host's own words, a frontend prefixes each of its lines, and those that it breaks itself.
 */
import { resolve } from "node:path";
import type { Call, Hunk, Question, RuleSuggestion, SessionAgent, SessionView, Slots } from "gantry/sdk";
import { inTime } from "./in-time.ts";
import { patchOf } from "./patch.ts";
import { patchLines } from "./patch-view.ts";
import { visibleLine } from "./visible.ts";

/** One field of the input. */
export interface QuestionField {
  readonly name: string;
  readonly lines: readonly string[];
  /** It is what the call is about, such as a command: shown whole, whatever its length. */
  readonly isSubject: boolean;
  /** The diff shows it. */
  readonly isInDiff: boolean;
}

/** One answer that the person may give. */
export interface QuestionOffer {
  readonly answer: "once" | "session" | "always" | "no";
  /** What would be allowed from then on; none for a session: this very call. */
  readonly rules: readonly string[];
  /** What else that covers, in words. */
  readonly covers: string;
  /** The file that would be written. */
  readonly file?: string;
}

/** What a question shows. No text in it holds a line end, or a sign that is not seen. */
export interface QuestionParts {
  readonly title: string;
  readonly fields: readonly QuestionField[];
  /** Where the path in the input leads, where that is not what is written there. */
  readonly targets: readonly string[];
  /** What an edit takes away and puts there: lines that begin with a blank, `-`, `+`, or `@@` between two places. */
  readonly diff: readonly string[];
  /** The number of the first of these lines in the file, where that is known. */
  readonly firstLine?: number;
  /** Why it is asked. */
  readonly reason: string | undefined;
  /** The rule that wants it asked, or that decided otherwise. */
  readonly rule: string | undefined;
  readonly offers: readonly QuestionOffer[];
}

const LONGEST_REASON = 500;

/**
 * The parts of a question. `targets` come from {@link questionTargets}, `offer` from the service that remembers answers.
 *
 * @example
 * const ask: TapHandler<"ask"> = (question) => {
 *   const { title, fields } = questionParts(question, { targets: [], offer: undefined });
 *   console.error(title, ...fields.flatMap(({ lines }) => lines.map((line) => `\n  | ${line}`)));
 * };
 */
export function questionParts(
  question: Question,
  more: {
    readonly targets: readonly string[];
    readonly offer: (RuleSuggestion & { readonly file: string }) | undefined;
    /** From {@link questionChange}. */
    readonly change?: readonly Hunk[] | undefined;
  },
): QuestionParts {
  const { call, verdict } = question;
  const [first] = more.change ?? [];
  const diff = first ? patchLines(more.change ?? []).map(exactLine) : diffOf(call.input);
  return {
    title: `${oneLine(call.tool.name, 100)} wants to run${question.agent ? ` for ${agentName(question.agent)}` : ""}`,
    fields: fieldsOf(call, diff.length > 0, first !== undefined),
    targets: more.targets.map(exactLine),
    diff,
    ...(first && { firstLine: first.newStart }),
    reason: verdict.reason ? oneLine(verdict.reason, LONGEST_REASON) : undefined,
    rule: verdict.rule === undefined ? undefined : oneLine(verdict.rule, LONGEST_REASON),
    offers: offersOf(question, more.offer),
  };
}

/**
 * Where the path of a call leads, links followed, as the gates judged it: every place that is not already what the input says. With
 * the session's folder `cwd`, a path below it says so without naming the folder, unless it goes up first.
 */
export function questionTargets({ tool, input, places }: Call, cwd?: string): readonly string[] {
  const field = tool.permission && "path" in tool.permission ? tool.permission.path : undefined;
  const written = isRecord(input) && field !== undefined ? input[field] : undefined;
  if (typeof written !== "string" || written === "") return [];
  const said = cwd === undefined || written.split("/").includes("..") ? written : resolve(cwd, written);
  return places?.filter((place) => place !== written && place !== said) ?? ["(nowhere: no file can have this path)"];
}

const CHANGE_MS = 250;

/**
 * What the call would change in a file as it is now, as the renderer of its tool says; `undefined` where nobody says, or not in time.
 *
 * **Contract**: never rejects.
 */
export async function questionChange(
  { call }: Question,
  session: SessionView,
  slots: Slots | undefined,
): Promise<readonly Hunk[] | undefined> {
  const said = async () => (await slots?.handler(session, "renderers", call.tool.name))?.change?.(call, session);
  return inTime(CHANGE_MS, said, () => undefined).catch(() => undefined);
}

/**
 * A text with every sign written out that could be taken for another or for nothing: controls, carriage returns, invisible signs,
 * and blanks that are no plain blanks. Tabs and line feeds stay. Stricter than `visible`, for what somebody says yes to.
 *
 * @example
 * exactText("rm\u00a0-rf x\r\n"); // "rm<U+00A0>-rf x<U+000D>\n"
 */
export function exactText(text: string): string {
  return text.replace(
    /(?![\n\t])[\p{C}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\ufff9-\ufffc\u2800]|(?! )\p{Zs}/gu,
    (sign) => `<U+${(sign.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0")}>`,
  );
}

/** The agent that asks, in words. */
export function agentName({ type, name }: SessionAgent): string {
  const kind = `the agent ${oneLine(type, 60)}`;
  return name ? `${kind} (${oneLine(name, 60)})` : kind;
}

function oneLine(text: string, limit: number): string {
  return visibleLine(exactText(text), limit);
}

function exactLine(text: string): string {
  return exactText(text).replaceAll("\n", "<U+000A>");
}

// ---------------------------------------------------------------- the call

const EDITED = new Set(["old_string", "new_string"]);

function fieldsOf({ tool, input }: Call, hasDiff: boolean, isOfFile: boolean): readonly QuestionField[] {
  if (!isRecord(input)) return [{ name: "input", lines: linesOf(input), isSubject: false, isInDiff: false }];
  const subject = subjectOf(tool.permission);
  return Object.entries(input).map(([name, value]) => ({
    name: exactLine(name),
    lines: linesOf(value),
    isSubject: name === subject,
    isInDiff: hasDiff && (EDITED.has(name) || (isOfFile && name === "content")),
  }));
}

function subjectOf(permission: Call["tool"]["permission"]): string | undefined {
  if (!permission) return undefined;
  if ("command" in permission) return permission.command;
  if ("path" in permission) return permission.path;
  return "url" in permission ? permission.url : undefined;
}

function linesOf(value: unknown): readonly string[] {
  const text = typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? "undefined");
  return exactText(text).split("\n");
}

function diffOf(input: unknown): readonly string[] {
  if (!isRecord(input)) return [];
  const { old_string: before, new_string: after } = input;
  if (typeof before !== "string" || typeof after !== "string") return [];
  const isEndAlike = before.endsWith("\n") === after.endsWith("\n");
  return patchOf(before, after).flatMap(({ lines }, index) => {
    const shown = lines.filter((line) => !line.startsWith("\\") || (!isEndAlike && before !== "" && after !== ""));
    return [...(index > 0 ? ["@@"] : []), ...shown.map(exactLine)];
  });
}

// ---------------------------------------------------------------- the answers

function offersOf(
  question: Question,
  offer: (RuleSuggestion & { readonly file: string }) | undefined,
): readonly QuestionOffer[] {
  const once: QuestionOffer = { answer: "once", rules: [], covers: "" };
  const no: QuestionOffer = { answer: "no", rules: [], covers: "" };
  if (!offer || !canBeWidened(question, offer)) return [once, no];
  const rules = offer.rules.map(exactLine);
  const covers = oneLine(offer.covers, LONGEST_REASON);
  const session: QuestionOffer = { answer: "session", rules, covers };
  const always: QuestionOffer = { answer: "always", rules, covers, file: exactLine(offer.file) };
  return [once, session, ...(rules.length ? [always] : []), no];
}

/** What a gate wants asked for is asked for every time, so no yes to it holds for longer; reading elsewhere can be allowed by a rule. */
function canBeWidened({ call, verdict }: Question, { rules }: RuleSuggestion): boolean {
  if (verdict.rule !== undefined) return false;
  return verdict.by === undefined || (call.tool.traits?.readOnly === true && rules.length > 0);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
