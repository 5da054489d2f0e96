/** What the editor is given: what was sent before, what can be offered, pictures, the person's own editor, guesses and a voice. */
import { type FrontendHost, PromptSuggestions, type Session, type SessionEvent, Speech } from "gantry/sdk";
import { realClock } from "gantry/sdk/kit/clock";
import { momentsOfLog } from "gantry/sdk/kit/moments";
import { createClipboard } from "../input/clipboard.ts";
import type { ComposerHandle, ComposerProps } from "../input/composer.tsx";
import { createExternalEditor } from "../input/external-editor.ts";
import { createHistory } from "../input/history.ts";
import type { Saying } from "./saying.ts";
import type { Services } from "./services.ts";
import { createSpeaking } from "./speaking.ts";
import type { Store } from "./store.ts";
import { createSuggest } from "./suggest.ts";
import { createSuggesting } from "./suggesting.ts";
import type { Terminal } from "./terminal.ts";

export interface EditorParts extends Pick<Saying, "warn" | "problem"> {
  readonly host: Pick<FrontendHost, "info" | "service">;
  readonly terminal: Terminal;
  readonly store: Store;
  session(): Session | undefined;
  services(): Services;
  isBusy(): boolean;
}

export interface Editor {
  readonly props: Pick<ComposerProps, "history" | "suggest" | "clipboard" | "openEditor" | "onReady" | "onKey">;
  isEmpty(): boolean;
  /** The session, and the plugins with it, may be others. */
  adopt(): void;
  /** After each event of the session. */
  onEvent(event: SessionEvent, session: Session): void;
  /** After each key. */
  onTyped(): void;
  close(): void;
}

/** The prompt that was said behind a record, as somebody would say it anew; of several, the newest. */
function promptBehind({ allEntries }: Session, to: string | null): string {
  const entry = allEntries.findLast(
    ({ type, parentUuid, ...more }) => type === "user" && parentUuid === to && !("isMeta" in more && more.isMeta),
  );
  const [said] = momentsOfLog(entry ? [entry] : []);
  return said?.by === "person" ? said.text : "";
}

export function createEditor({ host, terminal, store, session, services, isBusy, ...saying }: EditorParts): Editor {
  const { stateFolder, cwd, env } = host.info;
  let composer: ComposerHandle | undefined;
  const suggesting = createSuggesting({
    store,
    suggestions: () => host.service(PromptSuggestions),
    isFree: () => !isBusy() && composer?.text() === "",
  });
  const speaking = createSpeaking({
    clock: realClock,
    speech: () => host.service(Speech),
    editor: () => composer,
    show: (voice) => store.set({ voice }),
    tell: saying.warn,
    problem: saying.problem,
  });
  return {
    props: {
      history: createHistory({ stateFolder, cwd, sessionId: () => session()?.id }),
      suggest: createSuggest(session, services),
      clipboard: createClipboard({ exec: services().exec, cwd, env }),
      openEditor: createExternalEditor({ env, cwd, handOver: terminal.handOver, takeBack: terminal.takeBack }),
      onReady(handle) {
        composer = handle;
      },
      onKey: speaking.key,
    },
    isEmpty: () => composer?.text() === "",
    adopt() {
      suggesting.stop();
      void speaking.adopt().catch(saying.problem);
    },
    onEvent(event, from) {
      suggesting.onEvent(event, from);
      if (event.type === "rewound" && composer?.text() === "") composer.setText(promptBehind(from, event.to));
    },
    onTyped: suggesting.onKey,
    close() {
      suggesting.stop();
      speaking.close();
    },
  };
}
