/** The keyboard of the conversation: which key does what, as the person's file says, and what was pressed before anybody listened. */
import type { ReadBindings } from "../input/bindings.ts";
import { createBindingsFile } from "../input/bindings-file.ts";
import { flavorOf } from "../input/flavor.ts";
import { createKeyboard, type Keyboard } from "../input/keyboard.ts";
import { createEarlyKeys, type EarlyKeys } from "./early-keys.ts";
import type { Services } from "./services.ts";

export interface KeyBindingsParts {
  readonly claudeFolder: string;
  services(): Services;
  /** Whether something else than the editor waits for keys. */
  isAsking(): boolean;
  warn(text: string): void;
}

export interface OwnKeys {
  readonly keyboard: Keyboard;
  readonly early: Pick<EarlyKeys, "take">;
  /** The editor is there, and keys are for it; what was typed until now, unless nobody wants it. */
  editorIsThere(isWanted: boolean): void;
  /** The settings may be others. */
  adopt(): void;
  /** Tells what is wrong with the file. */
  tellProblems(): void;
  close(): void;
}

export function openKeys({ claudeFolder, services, isAsking, warn }: KeyBindingsParts): OwnKeys {
  let flavor = flavorOf(services().settings);
  let isEditorThere = false;
  const file = createBindingsFile(claudeFolder, { flavor: () => flavor });
  const keyboard = createKeyboard({ bindings: file.read().bindings });
  const early = createEarlyKeys(keyboard.feed, () => isEditorThere || isAsking());
  const stop = file.watch((read) => {
    keyboard.rebind(read.bindings);
    tell(read);
  });

  function tell({ problems }: Pick<ReadBindings, "problems">): void {
    for (const one of problems) warn(one);
  }

  return {
    keyboard,
    early,
    editorIsThere(isWanted) {
      isEditorThere = true;
      if (isWanted) early.replay();
      else early.forget();
    },
    adopt() {
      const before = flavor;
      flavor = flavorOf(services().settings);
      if (flavor !== before) keyboard.rebind(file.read().bindings);
    },
    tellProblems: () => tell(file.read()),
    close() {
      stop();
      keyboard.close();
    },
  };
}
