import { type Entry, PluginError, type SessionStore } from "gantry/sdk";
import { typedText } from "gantry/sdk/kit/typed";

/** A store for tests, and a way to have a session belong to another folder or to another day. */
export function memoryStore() {
  const kept = new Map<string, { cwd: string; entries: Entry[]; updatedMs: number }>();
  const open = new Set<string>();
  const refuse = (code: `GANTRY_${string}`, text: string) => new PluginError(code, text, "Look again.");
  const find = (id: string, cwd?: string) => {
    const found = kept.get(id);
    if (found && (cwd === undefined || found.cwd === cwd)) return found;
    throw refuse("GANTRY_SESSION_ABSENT", `There is no session ${id}.`);
  };
  const writer = (id: string, cwd: string) => {
    open.add(id);
    return {
      path: undefined,
      append(entry: Entry) {
        const session = kept.get(id) ?? { cwd, entries: [], updatedMs: 0 };
        kept.set(id, session);
        session.entries.push(JSON.parse(JSON.stringify(entry)));
        session.updatedMs = Date.now() + kept.size;
      },
      flush: async () => undefined,
      close: async () => void open.delete(id),
    };
  };
  const store: SessionStore = {
    create: async (id, cwd) => writer(id, cwd),
    open: async (id, cwd) => {
      const { entries } = find(id, cwd);
      if (open.has(id)) throw refuse("GANTRY_SESSION_LOCKED", `The session ${id} is in use.`);
      return { entries: [...entries], notices: [], writer: writer(id, cwd) };
    },
    list: async ({ cwd }) =>
      [...kept]
        .filter(([, session]) => cwd === undefined || session.cwd === cwd)
        .flatMap(([id, { cwd, entries, updatedMs }]) => {
          const title = titleOf(entries);
          return title === undefined ? [] : [{ id, cwd, updatedMs, title, bytes: 1000, isLive: open.has(id) }];
        })
        .sort((a, b) => b.updatedMs - a.updatedMs || (a.id < b.id ? 1 : -1)),
    read: async (id, { cwd }) => ({ entries: [...find(id, cwd).entries], notices: [] }),
    remove: async (id, { cwd }) => {
      find(id, cwd);
      if (open.has(id)) throw refuse("GANTRY_SESSION_LOCKED", `The session ${id} is in use.`);
      kept.delete(id);
    },
  };
  return {
    store,
    move: (id: string, cwd: string) => void Object.assign(find(id), { cwd }),
    put: (id: string, cwd: string, entries: readonly Entry[]) =>
      void kept.set(id, { cwd, entries: [...entries], updatedMs: Date.now() + kept.size }),
    age: (id: string, days: number) => void Object.assign(find(id), { updatedMs: Date.now() - days * 86_400_000 }),
  };
}

function titleOf(entries: readonly Entry[]): string | undefined {
  const named = entries.findLast((entry) => entry.type === "title");
  const said = entries.find((entry) => entry.type === "user" && !entry.isMeta);
  return named?.title ?? (said?.type === "user" ? typedText(said) : undefined);
}
