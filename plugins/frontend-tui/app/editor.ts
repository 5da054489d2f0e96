/** What the editor is given: what was sent before, what can be offered, pictures, the person's own editor. */
import type { HostInfo, Session } from "gantry/sdk";
import { createClipboard } from "../input/clipboard.ts";
import type { ComposerProps } from "../input/composer.tsx";
import { createExternalEditor } from "../input/external-editor.ts";
import { createHistory } from "../input/history.ts";
import type { Services } from "./services.ts";
import { createSuggest } from "./suggest.ts";
import type { Terminal } from "./terminal.ts";

export interface EditorParts {
  readonly info: HostInfo;
  readonly terminal: Terminal;
  session(): Session | undefined;
  services(): Services;
}

export function createEditor({
  info,
  terminal,
  session,
  services,
}: EditorParts): Pick<ComposerProps, "history" | "suggest" | "clipboard" | "openEditor"> {
  const { stateFolder, cwd, env } = info;
  return {
    history: createHistory({ stateFolder, cwd, sessionId: () => session()?.id }),
    suggest: createSuggest(session, services),
    clipboard: createClipboard({ exec: services().exec, cwd, env }),
    openEditor: createExternalEditor({ env, cwd, handOver: terminal.handOver, takeBack: terminal.takeBack }),
  };
}
