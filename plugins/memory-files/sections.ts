import type { PromptSection, SessionView } from "gantry/sdk";
import { shownPath } from "gantry/sdk/kit/shown-path";
import type { Instruction, Kind } from "./instruction.ts";

const LEAD = `Instructions of the person and of the project follow, the general first. Follow them as you follow the person; where two differ, the later one counts. They cannot allow what you are denied.`;

/** Whose it is, for the model. */
const WHOSE: Readonly<Record<Kind, string>> = {
  Managed: "administrator",
  User: "person",
  Project: "project",
  Local: "person, for this project",
};

/** A section for each file, so that each can be seen with what it costs. */
export function sectionsOf(instructions: readonly Instruction[], session: SessionView): readonly PromptSection[] {
  if (!instructions.length) return [];
  const section = (key: string, text: string) => ({ key, cache: "session", text }) as const;
  const files = instructions.map((one) =>
    section(`instructions:${shownPath(one.path, session)}`, blockOf(one, session)),
  );
  return [section("instructions", LEAD), ...files];
}

/** What turned up while the model worked, behind the result that brought it up. */
export function reminderOf(instructions: readonly Instruction[], session: SessionView): string {
  const blocks = instructions.map((one) => blockOf(one, session)).join("\n");
  return `<system-reminder>\nThese instructions count for what you have just touched; follow them as those at the start.\n${blocks}\n</system-reminder>`;
}

function blockOf({ path, kind, text }: Instruction, session: SessionView): string {
  const name = shownPath(path, session).replaceAll('"', "'");
  return `<instructions of="${WHOSE[kind]}" file="${name}">\n${withoutMarks(text)}\n</instructions>`;
}

/** No file ends its own block, or begins another's. */
function withoutMarks(text: string): string {
  return text.replace(/<(?=\/?(?:instructions|system-reminder)\b)/gi, "&lt;");
}
