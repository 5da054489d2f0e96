import type { Answer, Question } from "gantry/sdk";
import { visible, visibleLine } from "gantry/sdk/kit/visible";
import { subjectField } from "./telling.ts";

const MOST_LINES = 30;
const MOST_CHARACTERS = 4000;

/** The question as the person reads it: exactly what will run, every sign of it visible. */
export function questionText(question: Question, rule: string | undefined, isWhole: boolean): string {
  const { call, verdict } = question;
  const reason = verdict.reason && `Why you are asked: ${visibleLine(verdict.reason)}`;
  const matched = verdict.rule && `Rule: ${visibleLine(verdict.rule)}`;
  const lines = [
    `${visibleLine(call.tool.name)} wants to run:`,
    ...inputLines(call.input, subjectField(call.tool), isWhole).map((line) => `  | ${line}`),
    ...[reason, matched].filter((line) => line !== undefined && line !== ""),
    `y: yes, once${rule ? `   a: yes, and for this session whatever the rule ${visibleLine(rule)} covers` : ""}   n: no`,
    "Anything else means no, and is told to the model.",
  ];
  return `${lines.join("\n")}\n`;
}

function inputLines(input: unknown, subject: string | undefined, isWhole: boolean): string[] {
  if (typeof input !== "object" || input === null) return fieldLines("input", input, isWhole);
  const fields = Object.entries(input);
  if (fields.length === 0) return ["(no input)"];
  return fields.flatMap(([name, value]) => fieldLines(name, value, isWhole || name === subject));
}

function fieldLines(name: string, value: unknown, isWhole: boolean): string[] {
  const text = visible(typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? "undefined"));
  const lines = text.split("\n");
  const label = `${visibleLine(name)}:`;
  if (lines.length === 1 && (isWhole || text.length <= MOST_CHARACTERS)) return [`${label} ${text}`];
  if (isWhole || (lines.length <= MOST_LINES && text.length <= MOST_CHARACTERS)) {
    return [label, ...lines.map((line) => `  ${line}`)];
  }
  const shown = text.slice(0, MOST_CHARACTERS).split("\n").slice(0, MOST_LINES);
  const rest = text.length - shown.join("\n").length;
  return [label, ...shown.map((line) => `  ${line}`), `  (${rest} more characters; answer ? to see all)`];
}

/** What the person's line means: an answer, an answer for the whole session, or the wish to see more. */
export function readAnswer(line: string): Answer | "session" | "whole" | "again" {
  const word = line.trim();
  switch (word.toLowerCase()) {
    case "":
      return "again";
    case "?":
      return "whole";
    case "y":
    case "yes":
      return { decision: "allow" };
    case "a":
      return "session";
    case "n":
    case "no":
      return { decision: "deny" };
    default:
      return { decision: "deny", reason: word };
  }
}
