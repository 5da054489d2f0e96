import { type CommandAnswer, type Panel, type PanelAnswer, PluginError } from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";
import type { JSX } from "react";
import type { Keyboard } from "../input/keyboard.ts";
import type { Theme } from "../paint/theme.ts";
import { FormView } from "./form.tsx";
import { ListView } from "./list.tsx";
import { useLive } from "./live.ts";
import { PageView } from "./page.tsx";

export interface PanelViewProps {
  readonly panel: Panel;
  readonly keyboard: Keyboard;
  readonly theme: Theme;
  readonly width: number;
  /** It is never higher. */
  readonly rows: number;
  /** A theme by its name, to look at. */
  readonly themeNamed?: ((name: string) => Theme) | undefined;
  onClose(answer: CommandAnswer): void;
}

/** What a panel leaves behind while another one covers it. */
export type Memory = Record<string, unknown>;

/** A panel as the three kinds are given it. */
export interface ShownPanel<P extends Panel> extends Omit<PanelViewProps, "panel" | "onClose"> {
  readonly panel: P;
  readonly memory: Memory;
  /** Another one lies below it. */
  readonly isNested: boolean;
  onAnswer(answer: Exclude<PanelAnswer, { readonly stay: string }>): void;
  onBack(): void;
}

interface Opened {
  readonly id: number;
  readonly panel: Panel;
  readonly memory: Memory;
}

interface State {
  readonly first: Panel;
  readonly opened: readonly Opened[];
  readonly isClosed: boolean;
}

/** A panel, and those that its actions lead to: Esc goes back one. */
export function PanelView({ panel, onClose, ...screen }: PanelViewProps): JSX.Element {
  const live = useLive<State>(() => beginning(panel));
  if (live.get().first !== panel) live.reset(beginning(panel));
  const stack = live.get().opened;
  const shown = stack.at(-1) as Opened;
  const more = { ...screen, memory: shown.memory, isNested: stack.length > 1, onAnswer, onBack };
  const key = shown.id;
  switch (shown.panel.type) {
    case "list":
      return <ListView key={key} panel={shown.panel} {...more} />;
    case "page":
      return <PageView key={key} panel={shown.panel} {...more} />;
    case "form":
      return <FormView key={key} panel={shown.panel} {...more} />;
    default:
      throw notShown(shown.panel);
  }

  /** Nothing to say closes what was chosen on; everything else but a further panel closes all. */
  function onAnswer(answer: CommandAnswer) {
    if (hasBeenLeft()) return;
    if (answer === undefined) return onBack();
    if (typeof answer === "string" || !("panel" in answer)) return close(answer);
    live.update({ opened: [...live.get().opened, opened(answer.panel)] });
  }

  function onBack() {
    if (hasBeenLeft()) return;
    const rest = live.get().opened.slice(0, -1);
    if (rest.length === 0) return close(undefined);
    live.update({ opened: rest });
  }

  function close(answer: CommandAnswer) {
    live.reset({ ...live.get(), isClosed: true });
    onClose(answer);
  }

  /** What was at work when somebody left comes to nothing. */
  function hasBeenLeft(): boolean {
    const { opened: now, isClosed } = live.get();
    return isClosed || now.at(-1) !== shown;
  }
}

/** Plugins that are not compiled may hand over anything. */
function notShown(panel: unknown): PluginError {
  const type = visibleLine(String((panel as { readonly type?: unknown } | undefined)?.type), 40);
  return new PluginError("GANTRY_TUI_PANEL", `There is no panel of the type "${type}".`, "Use list, page or form.");
}

let lastId = 0;

function beginning(panel: Panel): State {
  return { first: panel, opened: [opened(panel)], isClosed: false };
}

function opened(panel: Panel): Opened {
  return { id: ++lastId, panel, memory: {} };
}
