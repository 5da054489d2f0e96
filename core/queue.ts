/** Inputs that wait for their turn. What a person said while one ran is written down, so that it is not lost with the program. */
import { type EntryBody, type Input, type Entry as LogEntry, newId } from "gantry/sdk";

type Append = (body: EntryBody<"queued" | "dequeued">) => void;

export class Queue {
  readonly #inputs: Input[] = [];
  /** The records of those that are written down. */
  readonly #records = new Map<Input, string>();
  readonly #append: Append;

  constructor(append: Append) {
    this.#append = append;
  }

  get isEmpty(): boolean {
    return this.#inputs.length === 0;
  }

  /** Whether a person waits for an answer. */
  get hasPerson(): boolean {
    return this.#inputs.some(({ origin }) => origin === "person");
  }

  add(input: Input, isTurnRunning: boolean): void {
    this.#inputs.push(input);
    if (!isTurnRunning || input.origin !== "person") return;
    const id = newId();
    this.#append({ type: "queued", id, content: input.content });
    this.#records.set(input, id);
  }

  /** Takes the next; or, with `all`, everything. */
  take(all = false): readonly Input[] {
    const taken = this.#inputs.splice(0, all ? this.#inputs.length : 1);
    for (const input of taken) {
      const id = this.#records.get(input);
      if (id !== undefined) this.#append({ type: "dequeued", id });
      this.#records.delete(input);
    }
    return taken;
  }

  /** What had waited when the log was last written waits again. How much that is. */
  restore(entries: readonly LogEntry[]): number {
    const taken = new Set(entries.flatMap((entry) => (entry.type === "dequeued" ? [entry.id] : [])));
    const waiting = entries.filter((entry) => entry.type === "queued").filter(({ id }) => !taken.has(id));
    for (const { id, content } of waiting) {
      const input: Input = { content, origin: "person" };
      this.#inputs.push(input);
      this.#records.set(input, id);
    }
    return waiting.length;
  }
}
