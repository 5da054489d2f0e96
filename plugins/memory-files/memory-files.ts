import { messageOf, perSession, type SessionView, type Setup, text } from "gantry/sdk";
import { managedFolder } from "gantry/sdk/kit/managed-folder";
import { createClaims } from "./claims.ts";
import type { memoryFiles } from "./index.ts";
import type { Instruction } from "./instruction.ts";
import { createMemory, type Memory } from "./memory.ts";
import { createReadings } from "./readings.ts";
import { reminderOf, sectionsOf } from "./sections.ts";
import { noteTold, toldIn } from "./told.ts";

/** The setup with the administrator's folder at another place: for tests alone. */
export function memoryFrom(managed: string): Setup<typeof memoryFiles> {
  return ({ host, log, use }) => {
    const readings = createReadings(host, use);
    const claims = createClaims(host, readings);
    const slots = perSession((): { memory?: Memory } => ({}));

    /** What was read stays as it is until the conversation is shortened, so that the prefix stays cached. */
    function memoryOf(session: SessionView): Memory {
      const slot = slots(session);
      const since = session.entries.findLast(({ type }) => type === "compaction")?.uuid;
      if (slot.memory?.since !== since || !slot.memory) {
        slot.memory = createMemory({ session, host, managed, since, reading: readings.inSession(session) });
        const told = slot.memory.start.then(({ instructions }) => tellHooks(session, instructions));
        // Whoever waits for the instructions learns that they cannot be read.
        told.catch((thrown) => log(messageOf(thrown)));
      }
      return slot.memory;
    }

    async function tellHooks(session: SessionView, instructions: readonly Instruction[]): Promise<void> {
      const hookEvents = instructions.length ? await use.hookEvents?.() : undefined;
      if (!hookEvents?.has("InstructionsLoaded")) return;
      for (const { path, kind, reason, globs, trigger, parent } of instructions) {
        const input = {
          file_path: path,
          memory_type: kind,
          load_reason: reason,
          ...(globs && { globs }),
          ...(trigger !== undefined && { trigger_file_path: trigger }),
          ...(parent !== undefined && { parent_file_path: parent }),
        };
        void hookEvents.fire(session, { event: "InstructionsLoaded", subject: reason, input });
      }
    }

    return {
      claims: { imports: claims },
      taps: {
        promptBuild: async (draft, { session }) => {
          if (session.agent?.isLean) return undefined;
          const { instructions } = await memoryOf(session).start;
          return sectionsOf(instructions, session).reduce((next, section) => next.with(section), draft);
        },
        postTool: async (result, call, { session }) => {
          const path = call.places?.at(-1);
          if (result.outcome !== "ok" || path === undefined || session.agent?.isLean) return undefined;
          const found = await memoryOf(session).about(path);
          const told = found.length ? toldIn(session) : undefined;
          const fresh = found.filter(({ realPath }) => !told?.has(realPath));
          if (!fresh.length) return undefined;
          noteTold(session, fresh);
          tellHooks(session, fresh).catch((thrown) => log(messageOf(thrown)));
          // Whoever has just read or written an instruction file knows what it says.
          const unknown = fresh.filter(({ realPath }) => realPath !== path);
          if (!unknown.length) return undefined;
          return { ...result, content: [...result.content, text(reminderOf(unknown, session))] };
        },
      },
    };
  };
}

export default memoryFrom(managedFolder(process.platform));
