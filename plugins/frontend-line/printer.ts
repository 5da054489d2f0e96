import { type Fault, type SessionEvent, type TurnEnd, textOf } from "gantry/sdk";
import { visible, visibleLine } from "gantry/sdk/kit/visible";
import type { Paint } from "./paint.ts";
import { tellingArgument } from "./telling.ts";

const TELLING_WIDTH = 100;
const PROBLEM_WIDTH = 200;

/** Writes what happens in a session as lines of text. */
export interface Printer {
  event(event: SessionEvent): void;
  /** Writes whole lines, on a line of their own. */
  say(text: string): void;
}

export function createPrinter(write: (text: string) => void, paint: Paint, cwd: string): Printer {
  let isAtLineStart = true;
  let wasStreamed = false;
  let openCall: string | undefined;

  function put(text: string) {
    if (text === "") return;
    write(text);
    isAtLineStart = text.endsWith("\n");
  }
  function closeLine() {
    openCall = undefined;
    if (!isAtLineStart) put("\n");
  }
  function say(text: string) {
    closeLine();
    put(`${text}\n`);
  }
  function head(tool: string, input: unknown) {
    const telling = tellingArgument(input, cwd, TELLING_WIDTH);
    return paint.bold(visibleLine(tool)) + (telling && `: ${telling}`);
  }

  function event(event: SessionEvent) {
    switch (event.type) {
      case "text":
        if (openCall !== undefined) closeLine();
        wasStreamed = true;
        put(visible(event.text));
        break;
      case "assistant":
        if (!wasStreamed) put(visible(textOf(event.message.content)));
        wasStreamed = false;
        closeLine();
        break;
      case "tool_start":
        // With several at work, only the first waits on its line for the outcome.
        if (openCall !== undefined) break;
        closeLine();
        put(head(event.call.tool.name, event.call.input));
        openCall = event.call.id;
        break;
      case "tool_end": {
        if (openCall !== event.id) {
          closeLine();
          put(head(event.tool, event.input));
        }
        put(` ${paint.dim(`(${outcomeText(event.result)})`)}`);
        closeLine();
        break;
      }
      case "retry": {
        const again = `Attempt ${event.attempt + 1} in ${seconds(event.delayMs)}.`;
        say(
          paint.dim(
            `${visibleLine(event.failure.message)} ${again}${wasStreamed ? " The text above does not count." : ""}`,
          ),
        );
        wasStreamed = false;
        break;
      }
      case "notice":
        say(paint.dim(`${event.notice.level === "info" ? "Note" : event.notice.level}: ${visible(event.notice.text)}`));
        break;
      case "fault":
        say(paint.red(faultText(event.fault)));
        break;
      case "turn_end":
        wasStreamed = false;
        closeLine();
        put(endText(event.end, paint));
        break;
    }
  }

  return { event, say };
}

function outcomeText(result: Extract<SessionEvent, { type: "tool_end" }>["result"]): string {
  // That it was refused is said already.
  const said = textOf(result.content).replace(result.outcome === "denied" ? /^\S+ was not allowed to run: / : "", "");
  const problem = result.outcome === "ok" ? "" : `: ${visibleLine(said, PROBLEM_WIDTH)}`;
  const time = result.ms > 0 ? `, ${Math.round(result.ms)} ms` : "";
  return `${result.outcome}${time}${problem}`;
}

function faultText({ plugin, where, message, isQuarantined }: Fault): string {
  const off = isQuarantined ? " Its hooks are off for this session." : "";
  return `The plugin ${plugin} failed in ${where}: ${visibleLine(message)}${off}`;
}

function endText(end: TurnEnd, paint: Paint): string {
  switch (end.reason) {
    case "completed":
      return "";
    case "handled":
      return end.text && `${visible(end.text)}\n`;
    case "aborted":
      return paint.dim("Interrupted.\n");
    case "refused":
      return paint.red(`Not sent: ${visible(end.error || end.text)}\n`);
    default:
      return paint.red(`${visible(end.error ?? `The turn ended early: ${end.reason}.`)}\n`);
  }
}

function seconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 100) / 10} s`;
}
