import { join } from "node:path";
import {
  type FileStat,
  type Files,
  type HostInfo,
  type Judge,
  type LaterService,
  type SessionView,
  type Settings,
  type Tools,
  type TurnView,
  text,
  textOf,
} from "gantry/sdk";
import { deniedReads } from "gantry/sdk/kit/denied-reads";
import { isHostText } from "gantry/sdk/kit/moments";
import { inputPath } from "gantry/sdk/kit/tool-files";
import { visibleLine } from "gantry/sdk/kit/visible";
import type { Brought, Origin } from "./context-mentions.ts";
import type { Mention } from "./parse.ts";

const MOST_NAMES = 200;

interface Services {
  readonly files: LaterService<Files>;
  readonly tools: Tools;
  readonly judge: Judge;
  readonly settings: LaterService<Settings> | undefined;
}

/** Files and folders, read as the tools of the session read them: judged, asked for, and known for a later edit. */
export function createFiles({ files, tools, judge, settings }: Services, host: HostInfo) {
  return {
    async bring(mention: Mention, turn: TurnView, origin: Origin): Promise<Brought | undefined> {
      const found = await find(mention, turn.session);
      if (mention.isPlain && found?.stat.kind !== "file") return undefined;
      if (!found) return mention.isClear ? { name: mention.written, problem: "there is no such file" } : undefined;
      const { path, stat } = found;
      return stat.kind === "folder" ? listed(path, stat, mention, turn, origin) : read(path, mention, turn, origin);
    },
  };

  async function find({ paths }: Mention, { cwd, home }: SessionView) {
    const disk = await files();
    for (const name of paths) {
      const path = inputPath(name, { cwd, home });
      const stat = path.includes("\0") ? undefined : await disk.stat(path);
      if (stat) return { path, stat };
    }
    return undefined;
  }

  async function read(path: string, { written, lines }: Mention, turn: TurnView, origin: Origin): Promise<Brought> {
    const range = lines && { offset: lines.from, limit: lines.to - lines.from + 1 };
    const { outcome, content } = await call(turn, "Read", { file_path: path, ...range }, origin);
    if (outcome !== "ok") return { name: written, problem: `not read. ${visibleLine(textOf(content), 300)}` };
    // The file comes first: what else claims to be the host's was added by plugins.
    const beside = content.filter((block, at) => at > 0 && isHostText(block));
    const own = content.filter((block) => !beside.includes(block));
    return { name: path, kind: "file", content: own, beside, ...(lines && { lines }) };
  }

  /** Names are shown where the files themselves may be read. */
  async function listed(
    path: string,
    stat: FileStat,
    { written }: Mention,
    turn: TurnView,
    origin: Origin,
  ): Promise<Brought> {
    const { session } = turn;
    const verdict = await judge.judge(session, { name: "Read", input: { file_path: path } });
    if (verdict.decision === "deny" || (verdict.decision === "ask" && !(await isAllowed(path, turn, origin)))) {
      return { name: written, kind: "folder", problem: "not listed: it may not be read" };
    }
    const disk = await files();
    const isDenied = deniedReads(await settings?.(), host, session, { root: path, realPath: stat.realPath });
    const names = (await disk.list(stat.realPath))
      .filter(({ name }) => !isDenied(join(path, name)))
      .map(({ name, kind }) => `${visibleLine(name, 300)}${kind === "folder" ? "/" : ""}`);
    const more = names.length - MOST_NAMES;
    const rest = more > 0 ? [`(and ${more} more: list them with Glob)`] : [];
    const all = [...names.slice(0, MOST_NAMES), ...rest];
    return {
      name: join(path, "/"),
      kind: "folder",
      content: [text(all.length ? all.join("\n") : "(The folder is empty.)")],
    };
  }

  /** The person is asked about a call that is made: a search of this very folder. */
  async function isAllowed(path: string, turn: TurnView, origin: Origin): Promise<boolean> {
    return (await call(turn, "Glob", { pattern: "*", path }, origin)).outcome === "ok";
  }

  function call({ session, signal }: TurnView, name: string, input: object, origin: Origin) {
    return tools.call(session, { name, input, origin, signal });
  }
}
