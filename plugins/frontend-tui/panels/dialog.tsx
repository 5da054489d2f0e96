import type { JSX } from "react";
import type { Waiting } from "./asking.ts";
import type { DecisionScreen } from "./decision.tsx";
import { PermissionDialog } from "./permission.tsx";
import { FormDialog } from "./question-form.tsx";
import { TrustDialog } from "./trust.tsx";

export interface DialogProps extends DecisionScreen {
  readonly waiting: Waiting;
  /** How many wait behind it. */
  readonly behind?: number;
  /** Shows an address to the person; only ever called on their yes. */
  readonly openUrl?: ((url: string) => void) | undefined;
  /** Has the person change a text in an editor of theirs. */
  readonly openEditor?: ((text: string) => Promise<string | undefined>) | undefined;
}

/** The question that waits for the person. */
export function Dialog({ waiting, behind = 0, openUrl, openEditor, ...screen }: DialogProps): JSX.Element {
  const aside = behind ? `${behind} more` : "";
  const key = waiting.id;
  switch (waiting.kind) {
    case "permission":
      return <PermissionDialog key={key} waiting={waiting} aside={aside} {...screen} />;
    case "form":
      return (
        <FormDialog key={key} waiting={waiting} aside={aside} openUrl={openUrl} openEditor={openEditor} {...screen} />
      );
    case "trust":
      return <TrustDialog key={key} waiting={waiting} {...screen} />;
  }
}
