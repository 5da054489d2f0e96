import {
  addUsage,
  type Call,
  NO_USAGE,
  type SessionEvent,
  type StopReason,
  type TurnEnd,
  type Usage,
} from "gantry/sdk";

/** What the result says of a turn, gathered while it runs. */
export interface Tally {
  usage: Usage;
  answers: number;
  apiMs: number;
  stopReason: StopReason | null;
  /** The newest answer asked for tools, and no request came after it. */
  isAtTools: boolean;
  readonly denied: Call[];
  end: TurnEnd | undefined;
  ms: number;
}

export function createTally(): Tally {
  return {
    usage: NO_USAGE,
    answers: 0,
    apiMs: 0,
    stopReason: null,
    isAtTools: false,
    denied: [],
    end: undefined,
    ms: 0,
  };
}

export function count(tally: Tally, event: SessionEvent): void {
  switch (event.type) {
    case "request":
      tally.isAtTools = false;
      break;
    case "assistant":
      tally.usage = addUsage(tally.usage, event.message.usage);
      tally.answers += 1;
      tally.apiMs += event.ms;
      tally.stopReason = event.message.stop_reason;
      tally.isAtTools = event.message.content.some(({ type }) => type === "tool_use");
      break;
    case "denied":
      tally.denied.push(event.call);
      break;
    case "agent":
      if (event.event.type === "denied") count(tally, event.event);
      break;
    case "turn_end":
      tally.end = event.end;
      tally.ms = event.ms;
      break;
  }
}
