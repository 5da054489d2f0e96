/** The first minute of somebody who has no key yet: a greeting, colours, and who answers. Plain panels, shown once. */
import { mkdirSync, writeFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Block, HostInfo, ListItem, ListPanel, SessionView } from "gantry/sdk";
import { hasLanguageModel } from "gantry/sdk/kit/background-model";

/** A theme to choose from. */
export interface ThemeChoice {
  readonly name: string;
  readonly description?: string;
}

export interface OnboardingParts {
  readonly version: string;
  readonly themes: readonly ThemeChoice[];
  /** The name of the theme that is shown now. */
  readonly theme: string;
  /**
   * Models that run on this machine, as `--model` takes them; where nobody can tell, none.
   *
   * **Contract**: never rejects, and is soon done.
   */
  localModels(): Promise<readonly string[]>;
  /** **Contract**: may throw, which is told. */
  chooseTheme(name: string): void | Promise<void>;
  /** **Contract**: may throw, which is told. */
  chooseModel(model: string): void | Promise<void>;
}

/** Whether to show it: no language model answers, and it has not been shown before. */
export async function isOnboardingDue(host: Pick<HostInfo, "stateFolder">, session: SessionView): Promise<boolean> {
  if (hasLanguageModel(session) || session.messages.length > 0) return false;
  return stat(markOf(host)).then(
    () => false,
    () => true,
  );
}

/** It is not shown again. Where that cannot be written, it will be. */
export function rememberOnboarding(host: Pick<HostInfo, "stateFolder">): void {
  const file = markOf(host);
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "The first start has been shown.\n", { mode: 0o600 });
  } catch {
    // A home that cannot be written is told of by whoever needs it.
  }
}

/** The first panel; the others follow from it. */
export function onboardingPanel(parts: OnboardingParts): ListPanel {
  const { version, themes, theme, chooseTheme } = parts;
  // They are looked for while the colours are chosen.
  const found = parts.localModels();
  return {
    type: "list",
    title: `Welcome to Gantry ${version}. Which colours do you like?`,
    text: "Welcome to Gantry. /theme sets the colours, /model who answers.",
    load: () =>
      themes.map(({ name, description }) => ({
        id: name,
        title: name,
        ...(description && { detail: description }),
        isCurrent: name === theme,
        theme: name,
      })),
    preview: () => SAMPLE,
    actions: [
      {
        key: "enter",
        label: "take it and go on",
        async run({ id }) {
          if (id !== theme) await chooseTheme(id);
          return { panel: answererPanel(parts, await found) };
        },
      },
    ],
  };
}

function answererPanel({ chooseModel }: OnboardingParts, localModels: readonly string[]): ListPanel {
  const local = localModels.map(localItem);
  const items = [...local, ...WAYS.map(({ item }) => (local.length ? { ...item, isCurrent: false } : item))];
  return {
    type: "list",
    title: "Who shall answer?",
    text: "Who shall answer?",
    load: () => items,
    preview: ({ id }) =>
      wayOf(id)?.how ?? [{ type: "text", lines: ["It runs on this machine: nothing you say leaves it."] }],
    actions: [
      {
        key: "enter",
        label: "choose",
        async run({ id }) {
          const way = wayOf(id);
          if (way) return way.answer;
          await chooseModel(id.slice(LOCAL.length));
          return `${id.slice(LOCAL.length)} answers from now on. Ask for something, or type / to see the commands.`;
        },
      },
    ],
  };
}

const LOCAL = "local:";

function localItem(model: string, at: number): ListItem {
  return { id: `${LOCAL}${model}`, title: model, detail: "on this machine", group: "Found", isCurrent: at === 0 };
}

interface Way {
  readonly item: ListItem;
  readonly how: readonly Block[];
  /** What is said when it is chosen. */
  readonly answer: string;
}

function wayOf(id: string): Way | undefined {
  return WAYS.find(({ item }) => item.id === id);
}

const markdown = (text: string): readonly Block[] => [{ type: "markdown", text }];

const WAYS: readonly Way[] = [
  {
    item: {
      id: "offline",
      title: "The planner that comes with Gantry",
      detail: "no key, no network",
      group: "At once",
      isCurrent: true,
    },
    how: markdown(
      'Small, and not a language model. It understands plain wishes about this folder and uses the real tools:\n\n- `list the files in src`\n- `find TODO`\n- `read README.md`\n- `replace "colour" with "color" in a.txt`\n\nYou are asked before anything changes.',
    ),
    answer: "The planner answers. Try: list the files here. Type / to see the commands, ? for the keys.",
  },
  {
    item: { id: "key", title: "A model of Anthropic", detail: "with a key", group: "With a key or a server" },
    how: markdown(
      "Set `ANTHROPIC_API_KEY` before you start `gantry`:\n\n```sh\nexport ANTHROPIC_API_KEY=...\ngantry\n```",
    ),
    answer: "Leave with Ctrl-D, set ANTHROPIC_API_KEY, and start gantry again. Until then the planner answers.",
  },
  {
    item: {
      id: "openai",
      title: "A model of OpenAI, or any endpoint that speaks its language",
      detail: "with a key",
      group: "With a key or a server",
    },
    how: markdown(
      "Set `OPENAI_API_KEY`, and for another endpoint `OPENAI_BASE_URL`, before you start `gantry`:\n\n```sh\nexport OPENAI_BASE_URL=https://models.example.com/v1\nexport OPENAI_API_KEY=...\ngantry\n```",
    ),
    answer: "Leave with Ctrl-D, set OPENAI_API_KEY, and start gantry again. Until then the planner answers.",
  },
  {
    item: { id: "server", title: "A model on this machine", detail: "no key", group: "With a key or a server" },
    how: markdown(
      "Start Ollama, LM Studio or llama.cpp with a model that can call tools, then start `gantry`: it finds them by itself.",
    ),
    answer:
      "Leave with Ctrl-D, start Ollama, LM Studio or llama.cpp, and start gantry again. Until then the planner answers.",
  },
];

const SAMPLE: readonly Block[] = [
  { type: "markdown", text: "A **heading** would be bold, and `code` stands out." },
  { type: "code", language: "ts", text: 'export const greet = (name: string) => "Hello, " + name; // 1 of 2' },
  { type: "diff", language: "ts", lines: [' const harbour = "Kiel";', "-const piers = 3;", "+const piers = 4;"] },
];

function markOf({ stateFolder }: Pick<HostInfo, "stateFolder">): string {
  return join(stateFolder, "first-start");
}
