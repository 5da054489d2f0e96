/** What is served, and to whom: the one thing that the protocol's side knows of the host. */
import type { FormValue, JsonObject } from "gantry/sdk";

export interface OfferedTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
  readonly annotations?: { readonly readOnlyHint?: boolean };
}

export interface OfferedPrompt {
  readonly name: string;
  readonly description: string;
  readonly arguments: readonly { readonly name: string; readonly description?: string; readonly required: boolean }[];
}

export interface OfferedResource {
  readonly uri: string;
  readonly name: string;
  readonly title?: string;
  readonly mimeType?: string;
  readonly size?: number;
}

/** What a client's program said to a question. */
export interface ClientAnswer {
  readonly action: "accept" | "decline" | "cancel";
  readonly content?: Readonly<Record<string, FormValue>>;
}

/** What a client is asked. */
export interface ClientQuestion {
  readonly message: string;
  /** Of the form, a JSON schema; or the address to open. */
  readonly schema?: JsonObject;
  readonly url?: string;
}

/** Who has called, while the call runs. */
export interface Caller {
  readonly signal: AbortSignal;
  progress(text: string): void;
  log(level: "info" | "warning" | "error", text: string): void;
  /** `undefined`: the client cannot ask anybody. */
  ask(question: ClientQuestion): Promise<ClientAnswer | undefined>;
}

/** What is not as it was. */
export type Change =
  | { readonly kind: "tools" | "prompts" | "resources" }
  | { readonly kind: "resource"; readonly uri: string };

export interface Offer {
  tools(): Promise<readonly OfferedTool[]>;
  /** Never rejects for what the tool does. Content as the protocol has it. */
  call(name: string, input: unknown, caller: Caller): Promise<{ content: readonly JsonObject[]; isError?: boolean }>;
  prompts(): Promise<readonly OfferedPrompt[]>;
  prompt(name: string, values: Readonly<Record<string, string>>): Promise<readonly JsonObject[]>;
  resources(): Promise<readonly OfferedResource[]>;
  templates(): Promise<readonly JsonObject[]>;
  /** `undefined`: there is no such thing. */
  read(uri: string): Promise<readonly JsonObject[] | undefined>;
  complete(
    subject: JsonObject,
    argument: { readonly name: string; readonly value: string },
  ): Promise<readonly string[]>;
  /** Calls the listener with what has changed. Returns what ends it. */
  watch(listener: (change: Change) => void): () => void;
}
