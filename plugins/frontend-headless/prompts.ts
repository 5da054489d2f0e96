import { newId, type UserContent, z } from "gantry/sdk";

/** A prompt that came as a line. */
export interface Prompt {
  /** How its sender knows it, if it says so. */
  readonly uuid: string | undefined;
  readonly content: readonly UserContent[];
  /** It interrupts what runs, and comes before what waits. */
  readonly isUrgent: boolean;
  /** Said with the next prompt, and no prompt by itself. */
  readonly isAside: boolean;
}

let made: ReturnType<typeof makeSchema> | undefined;

function makeSchema() {
  const source = z.object({ type: z.literal("base64"), media_type: z.string(), data: z.string() });
  const block = z.discriminatedUnion("type", [
    z.looseObject({ type: z.literal("text"), text: z.string() }),
    z.looseObject({ type: z.literal("image"), source }),
    z.looseObject({ type: z.literal("document"), source, title: z.string().optional() }),
  ]);
  return z.looseObject({
    message: z.looseObject({
      role: z.literal("user"),
      content: z.union([z.string().min(1), z.array(block).min(1)], {
        error: "it is neither a text nor a list of text, image and document blocks",
      }),
    }),
    uuid: z.string().optional(),
    priority: z.enum(["now", "next", "later"]).optional(),
    shouldQuery: z.boolean().optional(),
  });
}

/** Reads a line of the type `user`; a sentence when it is no prompt. */
export function promptIn(line: Readonly<Record<string, unknown>>): Prompt | string {
  made ??= makeSchema();
  const parsed = made.safeParse(line);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return `A line of the type "user" is no prompt: "${issue?.path.join(".")}": ${issue?.message}.`;
  }
  const { message, uuid, priority, shouldQuery = true } = parsed.data;
  const { content } = message;
  const blocks = typeof content === "string" ? [{ type: "text" as const, text: content }] : content;
  return { uuid, content: blocks as readonly UserContent[], isUrgent: priority === "now", isAside: !shouldQuery };
}

/** A prompt that somebody gave in words. */
export function promptOf(text: string): Prompt {
  return { uuid: newId(), content: [{ type: "text", text }], isUrgent: false, isAside: false };
}

/** Prompts that wait. */
export interface PromptQueue {
  add(prompt: Prompt): void;
  /** The next one, as soon as there is one; `undefined` once none will come any more. */
  next(): Promise<Prompt | undefined>;
  readonly waiting: readonly Prompt[];
  /** Takes those out that fit. */
  withdraw(fits: (prompt: Prompt) => boolean): readonly Prompt[];
  close(): void;
}

export function createQueue(): PromptQueue {
  let waiting: readonly Prompt[] = [];
  let isClosed = false;
  let wake = () => {};
  return {
    add(prompt) {
      waiting = prompt.isUrgent ? [prompt, ...waiting] : [...waiting, prompt];
      wake();
    },
    async next() {
      while (!waiting.length && !isClosed) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const [first, ...rest] = waiting;
      waiting = rest;
      return first;
    },
    get waiting() {
      return waiting;
    },
    withdraw(fits) {
      const taken = waiting.filter(fits);
      waiting = waiting.filter((prompt) => !fits(prompt));
      return taken;
    },
    close() {
      isClosed = true;
      wake();
    },
  };
}
