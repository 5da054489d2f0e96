/** The live part below what is finished: what is at work, what waits, the editor or a dialog, the status. */
import type { CommandAnswer } from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";
import { Box, Text } from "ink";
import { type JSX, useEffect, useState, useSyncExternalStore } from "react";
import { Composer, type ComposerProps } from "../input/composer.tsx";
import type { Keyboard } from "../input/keyboard.ts";
import type { Theme } from "../paint/theme.ts";
import { cut, width } from "../paint/width.ts";
import type { Asking } from "../panels/asking.ts";
import { Dialog } from "../panels/dialog.tsx";
import { PanelView } from "../panels/panel.tsx";
import { Fallible } from "./fallible.tsx";
import { hold, RULE, SPRING } from "./frame.ts";
import { durationText } from "./lines.ts";
import { Shortcuts } from "./shortcuts.tsx";
import type { LiveState, RunningCall, Store } from "./store.ts";

export interface LiveProps {
  readonly store: Store;
  readonly keyboard: Keyboard;
  readonly theme: Theme;
  readonly asking: Asking;
  readonly isCalm: boolean;
  /** The conversation has the whole screen now. */
  isFullScreen(): boolean;
  readonly editor: Omit<ComposerProps, "keyboard" | "theme" | "width" | "maxRows" | "isBusy" | "isActive">;
  readonly themeNamed?: (name: string) => Theme;
  onPanelClosed(answer: CommandAnswer): void;
  /** A plugin's panel is none that can be drawn. */
  onPanelBroken(cause: unknown): void;
  /** The person wants to see this address. */
  onUrl(url: string): void;
}

/** A dialog leaves this many lines to what is above it. */
const ABOVE = 4;
const MOST_RUNNING = 6;
const MOST_QUEUED = 4;

export function Live(props: LiveProps): JSX.Element {
  const { store, asking, theme, keyboard } = props;
  const state = useSyncExternalStore(store.subscribe, store.get);
  const question = useSyncExternalStore(asking.subscribe, asking.current);
  const behind = useSyncExternalStore(asking.subscribe, asking.behind);
  const { columns } = state.size;
  const room = roomBelow(state);
  const lower = question ? (
    <Dialog
      waiting={question}
      behind={behind}
      keyboard={keyboard}
      theme={theme}
      width={columns}
      rows={room}
      openUrl={props.onUrl}
      openEditor={props.editor.openEditor}
    />
  ) : state.panel ? (
    <Fallible onBroken={props.onPanelBroken}>
      <PanelView
        panel={state.panel}
        keyboard={keyboard}
        theme={theme}
        width={columns}
        rows={room}
        themeNamed={props.themeNamed}
        onClose={props.onPanelClosed}
      />
    </Fallible>
  ) : undefined;
  return (
    <Box flexDirection="column" width={columns}>
      {state.running.slice(0, MOST_RUNNING).map((call) => (
        <Running key={call.id} call={call} theme={theme} columns={columns} />
      ))}
      <More count={state.running.length - MOST_RUNNING} theme={theme} />
      <Activity state={state} theme={theme} isCalm={props.isCalm || question !== undefined} />
      {state.areJobsShown ? <JobList state={state} theme={theme} /> : null}
      <Queued state={state} theme={theme} />
      {state.voice ? <Text>{theme.style("warning", cut(`  ${state.voice}`, columns))}</Text> : null}
      {lower ? <Box marginTop={1}>{lower}</Box> : null}
      {state.isReady ? <Editor {...props} state={state} isActive={!lower} /> : null}
      {state.areShortcutsShown && !lower ? (
        <Shortcuts keyboard={keyboard} theme={theme} width={columns} isFullScreen={props.isFullScreen()} />
      ) : null}
      {state.isReady && !lower ? <StatusLine state={state} theme={theme} /> : null}
    </Box>
  );
}

/** Lines for a dialog or a panel: with what stands above it, the live part is lower than the screen. */
function roomBelow({ size, running, queued, activity, tip }: LiveState): number {
  const others = Math.min(running.length, MOST_RUNNING) * 2 + (activity ? (tip ? 3 : 2) : 0) + (queued.length ? 3 : 0);
  return Math.max(3, size.rows - 2 - Math.min(others, ABOVE));
}

/** What is typed stays while something else is asked. */
function Editor({ state, isActive, ...props }: LiveProps & { state: LiveState; isActive: boolean }): JSX.Element {
  const { columns, rows } = state.size;
  return (
    <Box flexDirection="column" display={isActive ? "flex" : "none"}>
      <Text>{RULE}</Text>
      <Composer
        {...props.editor}
        keyboard={props.keyboard}
        theme={props.theme}
        width={columns}
        maxRows={Math.max(3, Math.floor(rows / 2) - 3)}
        isBusy={state.activity !== undefined}
        isActive={isActive}
        suggestion={state.suggestion}
      />
      <Text>{RULE}</Text>
    </Box>
  );
}

function Running({ call, theme, columns }: { call: RunningCall; theme: Theme; columns: number }): JSX.Element {
  return (
    <Box flexDirection="column">
      <Text>{hold(cut(call.head, columns))}</Text>
      {call.progress ? <Text>{hold(theme.style("dim", cut(`  ⎿ ${call.progress}`, columns)))}</Text> : null}
    </Box>
  );
}

function More({ count, theme }: { count: number; theme: Theme }): JSX.Element | null {
  return count > 0 ? <Text>{theme.style("dim", `  and ${count} more`)}</Text> : null;
}

const SPINNER = ["·", "✢", "✳", "✶", "✻", "✽", "✻", "✶", "✳", "✢"];
const STEP_MS = 150;
const CALM_STEP_MS = 1000;
/** Whoever does not wait needs no reading. */
const TIP_SECONDS = 4;

/** That the agent is at work, for how long, and how to stop it. */
function Activity({ state, theme, isCalm }: { state: LiveState; theme: Theme; isCalm: boolean }): JSX.Element | null {
  const { activity, thinking, tip, size } = state;
  const [step, setStep] = useState(0);
  const isOn = activity !== undefined;
  useEffect(() => {
    if (!isOn) return;
    const timer = setInterval(() => setStep((before) => before + 1), isCalm ? CALM_STEP_MS : STEP_MS);
    return () => clearInterval(timer);
  }, [isOn, isCalm]);
  if (!activity) return null;
  const mark = isCalm ? "✻" : (SPINNER[step % SPINNER.length] as string);
  const seconds = Math.floor((Date.now() - activity.startedAt) / 1000);
  const time = seconds >= 1 ? `${durationText(seconds * 1000)}, ` : "";
  const head = `${mark} ${activity.label}… (${time}Esc interrupts)`;
  return (
    <Box flexDirection="column" marginTop={1}>
      <Text>{hold(theme.style("accent", cut(head, size.columns)))}</Text>
      {thinking ? <Text>{hold(theme.style("dim", cut(`  ${thinking}`, size.columns), { italic: true }))}</Text> : null}
      {tip && seconds >= TIP_SECONDS ? (
        <Text>{hold(theme.style("dim", cut(`  Tip: ${tip}`, size.columns)))}</Text>
      ) : null}
    </Box>
  );
}

function JobList({ state, theme }: { state: LiveState; theme: Theme }): JSX.Element {
  const { jobs, size } = state;
  if (!jobs.length) return <Text>{theme.style("dim", "  Nothing runs in the background.")}</Text>;
  return (
    <Box flexDirection="column">
      {jobs.map(({ id, title, state: how }) => (
        <Text key={id}>
          {theme.style(
            how === "failed" ? "bad" : how === "running" ? "accent" : "dim",
            cut(`  ${id}  ${how}  ${visibleLine(title)}`, size.columns),
          )}
        </Text>
      ))}
    </Box>
  );
}

function Queued({ state, theme }: { state: LiveState; theme: Theme }): JSX.Element | null {
  const { queued, size } = state;
  if (!queued.length) return null;
  return (
    <Box flexDirection="column" marginTop={1}>
      {queued.slice(0, MOST_QUEUED).map((text, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they have no other identity
        <Text key={at}>{theme.style("dim", cut(`  > ${visibleLine(text, 400)}`, size.columns))}</Text>
      ))}
      <More count={queued.length - MOST_QUEUED} theme={theme} />
      <Text>{theme.style("dim", cut("  waiting; Up takes it back, Esc sends it now", size.columns))}</Text>
    </Box>
  );
}

function StatusLine({ state, theme }: { state: LiveState; theme: Theme }): JSX.Element {
  const { hint, status, size, jobs } = state;
  const running = jobs.filter((job) => job.state === "running").length;
  const behind = running ? `${running} in the background` : "";
  const left = hint
    ? theme.style("warning", hint)
    : [status.left, behind && theme.style("dim", behind)].filter(Boolean).join(theme.style("dim", " · "));
  const room = size.columns - 4 - width(left);
  const right = width(status.right) <= room ? status.right : cut(status.right, Math.max(0, room));
  return (
    <Box flexDirection="column">
      {status.lines.map((line, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other identity
        <Text key={at}>{hold(cut(line, size.columns))}</Text>
      ))}
      <Text>{hold(`  ${cut(left, size.columns - 4)}${SPRING}${right}`)}</Text>
    </Box>
  );
}
