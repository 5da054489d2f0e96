/** What a person could mean by what they have typed behind an `@`. */
import { isAbsolute, join, resolve } from "node:path";
import {
  type Exec,
  type Files,
  type HostInfo,
  type LaterService,
  type MentionSource,
  type MentionSuggestion,
  type Mentions,
  perSession,
  type SessionView,
  type Settings,
  z,
} from "gantry/sdk";
import { deniedReads } from "gantry/sdk/kit/denied-reads";
import { createFileIndex } from "./file-index.ts";
import { findPaths, type Narrowing, type Paths } from "./fuzzy.ts";

interface Services {
  readonly exec: LaterService<Exec> | undefined;
  readonly files: LaterService<Files>;
  readonly settings: LaterService<Settings> | undefined;
}

const MOST = 50;
/** A path that begins outside of the session's folders is looked up as it is typed. */
const PATH = /^(?:\.{1,2}\/|~\/|\/)/;

export function createSuggest(
  { exec, files, settings }: Services,
  host: HostInfo,
  sources: () => Iterable<MentionSource>,
): Mentions["suggest"] {
  const indexes = perSession((session) => ({
    folders: session.folders.join("\0"),
    index: exec && indexOf(session, exec),
    before: undefined as Narrowing | undefined,
  }));

  function indexOf(session: SessionView, service: LaterService<Exec>) {
    const heedsIgnoreFiles = async () => (await settings?.())?.get("respectGitignore", z.boolean()) ?? true;
    return createFileIndex({ exec: service, folders: session.folders, heedsIgnoreFiles, signal: session.scope.signal });
  }

  return async function* suggest(query, session, signal) {
    const others: MentionSuggestion[] = [];
    const asking = [...sources()].map(async (source) => {
      const list = await source.suggest?.(query, session, signal).catch(() => []);
      others.push(...(list ?? []));
    });
    const answered = Promise.all(asking).then(() => undefined);
    if (PATH.test(query)) {
      yield* [await inFolder(query, session).catch(() => [])];
      return;
    }
    const state = indexes(session);
    if (state.folders !== session.folders.join("\0") && exec) {
      state.folders = session.folders.join("\0");
      state.index = indexOf(session, exec);
    }
    const { index } = state;
    index?.refresh();
    let hasAnswered = asking.length === 0;
    void answered.then(() => {
      hasAnswered = true;
    });
    const stopped = untilAborted(signal);
    for (;;) {
      const isWhole = !index?.isListing();
      const wasAnswered = hasAnswered;
      const seen = index?.paths().length ?? 0;
      const found = index ? await matching(index.paths(), query, session, signal) : [];
      if (!found || signal.aborted) return;
      yield ranked([...found, ...others]);
      if (isWhole && wasAnswered) return;
      const next = [
        stopped,
        ...(isWhole || !index ? [] : [index.more(seen, signal)]),
        ...(wasAnswered ? [] : [answered]),
      ];
      await Promise.race(next);
      if (signal.aborted) return;
    }
  };

  async function matching(paths: Paths, query: string, session: SessionView, signal: AbortSignal) {
    if (query === "") return permitted(nearest(paths), session);
    const state = indexes(session);
    const found = await findPaths(paths, query, { most: MOST, signal, before: state.before });
    if (!found) return undefined;
    state.before = found.narrowing;
    return permitted(found.hits, session);
  }

  /** Names of what may not be read are not shown. */
  async function permitted(hits: readonly { path: string; score: number }[], session: SessionView) {
    const root = session.cwd;
    const isDenied = deniedReads(await settings?.(), host, session, { root, realPath: root });
    return hits.flatMap(({ path, score }): readonly MentionSuggestion[] =>
      isDenied(resolve(root, path)) ? [] : [{ mention: path, kind: path.endsWith("/") ? "folder" : "file", score }],
    );
  }

  async function inFolder(query: string, session: SessionView): Promise<readonly MentionSuggestion[]> {
    const slash = query.lastIndexOf("/") + 1;
    const [written, begun] = [query.slice(0, slash), query.slice(slash).toLowerCase()];
    const plain = written.startsWith("~/") ? join(session.home, written.slice(2)) : written;
    const folder = isAbsolute(plain) ? plain : resolve(session.cwd, plain);
    const isDenied = deniedReads(await settings?.(), host, session, { root: folder, realPath: folder });
    const names = (await (await files()).list(folder)).filter(
      ({ name }) => name.toLowerCase().startsWith(begun) && !isDenied(join(folder, name)),
    );
    return names.slice(0, MOST).map(({ name, kind }) => ({
      mention: `${written}${name}${kind === "folder" ? "/" : ""}`,
      kind: kind === "folder" ? "folder" : "file",
    }));
  }
}

/** Before anything is typed: what lies at the top. */
function nearest(paths: Paths): readonly { path: string; score: number }[] {
  const top: string[] = [];
  for (let index = 0; index < paths.length; index++) {
    const path = paths.at(index);
    const slash = path.indexOf("/");
    if (slash < 0 || slash === path.length - 1) top.push(path);
  }
  return top
    .sort((a, b) => (a < b ? -1 : 1))
    .slice(0, MOST)
    .map((path) => ({ path, score: 0.6 }));
}

function ranked(list: readonly MentionSuggestion[]): readonly MentionSuggestion[] {
  return list.toSorted((a, b) => (b.score ?? 0.5) - (a.score ?? 0.5)).slice(0, MOST);
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
