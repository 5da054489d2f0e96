import { newId, type SessionEvent, type WireToolProgress } from "gantry/sdk";

interface Beats {
  take(event: SessionEvent): void;
}

/** Says of every tool that takes long, again and again, that it is still at work. */
export function createBeats(sessionId: string, everyMs: number, write: (line: WireToolProgress) => void): Beats {
  const timers = new Map<string, NodeJS.Timeout>();
  const stop = (id: string) => {
    clearInterval(timers.get(id));
    timers.delete(id);
  };

  function start(id: string, name: string): void {
    const begun = performance.now();
    const beat = () => {
      const elapsed_time_seconds = Math.round((performance.now() - begun) / 1000);
      const about = { tool_use_id: id, tool_name: name, parent_tool_use_id: null, elapsed_time_seconds };
      write({ type: "tool_progress", ...about, heartbeat: true, session_id: sessionId, uuid: newId() });
    };
    timers.set(id, setInterval(beat, everyMs).unref());
  }

  return {
    take(event) {
      if (event.type === "tool_start") start(event.call.id, event.call.tool.name);
      else if (event.type === "tool_end") stop(event.id);
      else if (event.type === "turn_end") for (const id of [...timers.keys()]) stop(id);
    },
  };
}
