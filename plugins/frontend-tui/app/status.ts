/** What stands below the editor: mode, model, how full the window is, and what plugins have to say. */
import type { Line, Meter, Models, Permissions, Session, Slots, StatusItem } from "gantry/sdk";
import { messageOf } from "gantry/sdk";
import { inTime } from "gantry/sdk/kit/in-time";
import { visibleLine } from "gantry/sdk/kit/visible";
import { paintLine } from "../paint/blocks.ts";
import type { Theme } from "../paint/theme.ts";
import type { LiveState } from "./store.ts";
import { lastUsage } from "./usage.ts";

export interface StatusParts {
  readonly slots: Slots | undefined;
  readonly models: Models | undefined;
  readonly meter: Meter | undefined;
  readonly permissions: Permissions | undefined;
  theme(): Theme;
  /** How often it is asked anew while nothing happens; `undefined`: not at all. */
  refreshMs?(): number | undefined;
  onStatus(status: LiveState["status"]): void;
  onFault(item: string, problem: string): void;
}

export interface Status {
  /** Asks all anew, soon; several wishes are one. */
  refresh(session: Session): void;
  close(): void;
}

const MODES: Readonly<Record<string, string>> = {
  acceptEdits: "accepts edits",
  plan: "plans",
  auto: "decides itself",
  dontAsk: "asks nothing",
  bypassPermissions: "runs everything",
};
const WAIT_MS = 100;
const PATIENCE_MS = 5000;

export function createStatus(parts: StatusParts): Status {
  const said = new Map<string, Line>();
  const broken = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let later: NodeJS.Timeout | undefined;
  let isClosed = false;
  let fill = "";
  let shownFor: Session | undefined;

  function show(session: Session): void {
    const theme = parts.theme();
    const mode = parts.permissions?.mode(session) ?? "default";
    const items = parts.slots?.list(session, "statusItems") ?? [];
    const texts = (side: "left" | "right") =>
      items.flatMap(({ name, manifest }) => {
        const line = (manifest.side ?? "right") === side ? said.get(name) : undefined;
        return line === undefined ? [] : [paintLine(line, { theme, width: 200 })];
      });
    const dot = theme.style("dim", " · ");
    const modeText =
      mode === "default"
        ? theme.style("dim", "? for shortcuts")
        : theme.style("mode", `${MODES[mode] ?? mode} (shift+tab)`);
    const model = theme.style("dim", visibleLine(session.model.id));
    parts.onStatus({
      left: [modeText, ...texts("left")].join(dot),
      right: [...texts("right"), model, ...(fill ? [theme.style("dim", fill)] : [])].join(dot),
      lines: items.flatMap(({ name, manifest }) => {
        const line = manifest.side === "below" ? said.get(name) : undefined;
        return line === undefined ? [] : linesOf(line).map((one) => `  ${paintLine(one, { theme, width: 400 })}`);
      }),
    });
  }

  async function ask(session: Session): Promise<void> {
    fill = await fillOf(session, parts.models);
    const items = parts.slots?.list(session, "statusItems") ?? [];
    await Promise.all(
      items.map(async ({ name }) => {
        if (broken.has(name)) return;
        try {
          const item: StatusItem | undefined = await parts.slots?.handler(session, "statusItems", name);
          const before = () => said.get(name);
          const line = await inTime(PATIENCE_MS, () => item?.(session), before);
          if (line === undefined) said.delete(name);
          else said.set(name, line);
        } catch (cause) {
          broken.add(name);
          parts.onFault(name, messageOf(cause));
        }
      }),
    );
  }

  function refresh(session: Session): void {
    if (shownFor !== session) show(session);
    shownFor = session;
    timer ??= setTimeout(async () => {
      timer = undefined;
      show(session);
      await ask(session);
      if (session.scope.signal.aborted || isClosed) return;
      show(session);
      refreshLater(session);
    }, WAIT_MS);
  }

  function refreshLater(session: Session): void {
    clearTimeout(later);
    const ms = parts.refreshMs?.();
    if (ms !== undefined) later = setTimeout(() => refresh(session), ms);
  }

  return {
    refresh,
    close() {
      isClosed = true;
      clearTimeout(timer);
      clearTimeout(later);
    },
  };
}

/** A line end in a piece begins another line. */
function linesOf(line: Line): Line[] {
  const lines: Exclude<Line, string>[number][][] = [[]];
  for (const piece of typeof line === "string" ? [line] : line) {
    const parts = (typeof piece === "string" ? piece : piece.text).split("\n");
    for (const [at, text] of parts.entries()) {
      if (at > 0) lines.push([]);
      lines.at(-1)?.push(typeof piece === "string" ? text : { ...piece, text });
    }
  }
  return lines;
}

/** How full the window is, by the last answer. */
async function fillOf(session: Session, models: Models | undefined): Promise<string> {
  const used = lastUsage(session);
  const size = (await models?.info(session).catch(() => undefined))?.contextWindow;
  return used && size ? `${Math.round((used / size) * 100)}% of the window` : "";
}
