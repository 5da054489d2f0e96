/** `/loop`: a prompt that is sent again and again while the session is open. */
import { type Command, PluginError, perSession, type SessionView, text } from "gantry/sdk";
import { answering } from "gantry/sdk/kit/answering";
import type { Clock } from "gantry/sdk/kit/clock";
import { completions } from "gantry/sdk/kit/completions";
import { visibleLine } from "gantry/sdk/kit/visible";

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000 } as const;
const USUAL_MS = 10 * UNITS.m;
const SOON_MS = 1_000;
const SHORTEST_MS = 10 * UNITS.s;
const LONGEST_MS = 24 * UNITS.h;
const WEEK_MS = 7 * 24 * UNITS.h;

interface Loop {
  readonly prompt: string;
  readonly everyMs: number;
  readonly endsAt: number;
  rounds: number;
  stop: () => void;
}

export function createLoops(clock: Clock): Command {
  const loops = perSession((): { loop: Loop | undefined } => ({ loop: undefined }));

  function end(session: SessionView): Loop | undefined {
    const state = loops(session);
    const { loop } = state;
    loop?.stop();
    state.loop = undefined;
    return loop;
  }

  /** A prompt is sent as the command's answer; a command has to wait until this one has ended. */
  function begin(session: SessionView, prompt: string, everyMs: number, isCommand: boolean): void {
    end(session);
    const rounds = isCommand ? 0 : 1;
    const loop: Loop = { prompt, everyMs, endsAt: clock.now() + WEEK_MS, rounds, stop: () => undefined };
    loops(session).loop = loop;
    wait(session, loop, isCommand ? SOON_MS : everyMs);
    session.scope.own(() => loop.stop());
  }

  function wait(session: SessionView, loop: Loop, ms: number): void {
    loop.stop = clock.after(ms, () => {
      if (clock.now() >= loop.endsAt) {
        end(session);
        return session.notify({ level: "info", plugin: "session-goal", text: "The loop has ended after a week." });
      }
      wait(session, loop, loop.everyMs);
      // A round that is still at work is not disturbed, and none piles up behind it.
      if (isAtWork(session)) return;
      loop.rounds++;
      // As the person has typed it, so that it may be a command.
      session.enqueue({ content: [text(loop.prompt)], origin: "person" });
    });
  }

  return answering({
    run(args, session) {
      const words = args.trim();
      const { loop } = loops(session);
      if (!words || words === "status") return loop ? describe(loop) : "Nothing is repeated. /loop 5m PROMPT begins.";
      if (words === "stop" || words === "off") return end(session) ? "The loop is stopped." : "Nothing is repeated.";
      if (!session.isInteractive) return "A loop needs a session that stays open; this one ends with its prompt.";
      const { everyMs, prompt } = read(words);
      const isCommand = prompt.startsWith("/");
      begin(session, prompt, everyMs, isCommand);
      if (!isCommand) return { prompt };
      return `${visibleLine(prompt, 80)} is repeated every ${spanText(everyMs)}. /loop stop ends it.`;
    },
    complete: (args) => completions(args, ["stop", "status", "5m ", "30m ", "1h "]),
  });
}

/** Whether something was said that has not come to an end. */
function isAtWork({ entries }: SessionView): boolean {
  const last = entries.findLast(({ type }) => type === "turn_end" || type === "user" || type === "tool_result");
  return last !== undefined && last.type !== "turn_end";
}

function read(words: string): { readonly everyMs: number; readonly prompt: string } {
  const [, number, unit, rest = ""] = /^(\d+)(s|m|h)(?:\s+([\s\S]*))?$/.exec(words) ?? [];
  const prompt = (number === undefined ? words : rest).trim();
  if (!prompt) throw new PluginError("GANTRY_LOOP_PROMPT", "There is nothing to repeat.", "Write /loop 5m PROMPT.");
  if (/^\/(?:loop|proactive)\b/.test(prompt)) {
    throw new PluginError("GANTRY_LOOP_ITSELF", "A loop cannot repeat itself.", "Name another command, or a prompt.");
  }
  const everyMs = number === undefined ? USUAL_MS : Number(number) * UNITS[unit as keyof typeof UNITS];
  if (everyMs >= SHORTEST_MS && everyMs <= LONGEST_MS) return { everyMs, prompt };
  throw new PluginError(
    "GANTRY_LOOP_INTERVAL",
    `A prompt cannot be repeated every ${number}${unit}.`,
    "Give an interval from 10s to 24h.",
  );
}

function describe({ prompt, everyMs, rounds }: Loop): string {
  const times = rounds === 1 ? "once" : `${rounds} times`;
  return `"${visibleLine(prompt, 100)}" is repeated every ${spanText(everyMs)}; sent ${times} so far. /loop stop ends it.`;
}

function spanText(ms: number): string {
  const unit = (["h", "m", "s"] as const).find((one) => ms % UNITS[one] === 0) ?? "s";
  return `${ms / UNITS[unit]}${unit}`;
}
