import type { PromptDraft, PromptSection, ToolSpec } from "gantry/sdk";

/** The draft that `promptBuild` taps hand on: immutable, and aware of which plugin is writing. */
export class Draft implements PromptDraft {
  readonly sections: readonly PromptSection[];
  readonly tools: readonly ToolSpec[];
  readonly #owner: string | undefined;

  constructor(sections: readonly PromptSection[], tools: readonly ToolSpec[], owner?: string) {
    this.sections = sections;
    this.tools = tools;
    this.#owner = owner;
  }

  /** The same draft in the hands of a plugin. */
  ownedBy(owner: string): Draft {
    return new Draft(this.sections, this.tools, owner);
  }

  with(section: PromptSection): Draft {
    const owned = { ...section, ...(this.#owner !== undefined && { owner: this.#owner }) };
    const at = this.sections.findIndex((s) => s.key === section.key);
    return this.#next(at < 0 ? [...this.sections, owned] : this.sections.with(at, owned));
  }

  without(key: string): Draft {
    return this.#next(this.sections.filter((section) => section.key !== key));
  }

  filterTools(keep: (tool: ToolSpec) => boolean): Draft {
    return new Draft(this.sections, this.tools.filter(keep), this.#owner);
  }

  /** The system prompt: stable sections first, so that what changes least is cached longest. */
  system(): readonly PromptSection[] {
    return [...this.#of("stable"), ...this.#of("session")];
  }

  /** What is new each turn; it goes with the person's message. */
  reminders(): readonly PromptSection[] {
    return this.#of("turn");
  }

  #of(cache: PromptSection["cache"]) {
    return this.sections.filter((section) => section.cache === cache && section.text !== "");
  }

  #next(sections: readonly PromptSection[]) {
    return new Draft(sections, this.tools, this.#owner);
  }
}
