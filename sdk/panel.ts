/** What a command shows to a person who can look and choose: data, and functions for what is chosen. */
import type { CommandAnswer } from "./host.ts";
import type { FormField, FormValue } from "./verdict.ts";
import type { Block, Line } from "./view.ts";

/**
 * What a choice on a panel leads to: whatever a command may answer, or `stay`: the panel loads anew and says so. `undefined` closes
 * it.
 */
export type PanelAnswer = CommandAnswer | { readonly stay: string };

/** An entry of a list. */
export interface ListItem {
  /** Unlike any other of its list. */
  readonly id: string;
  readonly title: Line;
  /** Behind or below the title. */
  readonly detail?: Line;
  /** The heading that it stands under; items of a group follow each other. */
  readonly group?: string;
  /** It is the one that counts now. */
  readonly isCurrent?: boolean;
  /** The name of a theme: whoever has colours shows the preview in it. */
  readonly theme?: string;
  /** It can be seen and not be chosen; `detail` says why. */
  readonly isDisabled?: boolean;
}

/** What can be done with the entry that is pointed at. */
export interface ListAction {
  /** `enter`, or one letter that is pressed with Ctrl, such as `d`, since letters alone search. */
  readonly key: string;
  /** Two or three words: `switch`, `for this session`. */
  readonly label: string;
  /** Asked before it runs. */
  readonly confirm?: (item: ListItem) => string | undefined;
  /** **Contract**: may throw: the panel stays and tells the message. */
  readonly run: (item: ListItem) => PanelAnswer | Promise<PanelAnswer>;
}

interface PanelBase {
  readonly title: string;
  /** All that it shows, for whoever has no screen: a program, a page of plain text. `listPanel` and `pagePanel` of `gantry/sdk/kit/panels` write it. */
  readonly text: string;
}

/** Entries to look through and to choose from. */
export interface ListPanel extends PanelBase {
  readonly type: "list";
  /** Called when the panel opens and whenever it stays. */
  readonly load: () => readonly ListItem[] | Promise<readonly ListItem[]>;
  /** What is shown in place of no entries. */
  readonly empty?: string;
  /** The first is what Enter does. None: the list is only looked at. */
  readonly actions: readonly ListAction[];
  /** More of the entry that is pointed at. The signal fires once another one is. */
  readonly preview?: (item: ListItem, signal: AbortSignal) => readonly Block[] | Promise<readonly Block[]>;
}

/** Something to read, in one part or several that stand side by side. */
export interface PagePanel extends PanelBase {
  readonly type: "page";
  readonly parts: readonly {
    readonly title: string;
    readonly load: () => readonly Block[] | Promise<readonly Block[]>;
  }[];
  /** It is loaded anew as often as this, in milliseconds, while it is looked at. */
  readonly refreshMs?: number;
}

/** Fields to fill in. */
export interface FormPanel extends PanelBase {
  readonly type: "form";
  readonly message?: string;
  readonly fields: readonly FormField[];
  /** **Contract**: gets values that fit the fields; may throw: the form stays and tells the message. */
  readonly submit: (values: Readonly<Record<string, FormValue>>) => PanelAnswer | Promise<PanelAnswer>;
}

/** What a command may show in place of a text: see {@link CommandAnswer}. */
export type Panel = ListPanel | PagePanel | FormPanel;
