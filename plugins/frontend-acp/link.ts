import type { AgentContext, ClientCapabilities, SessionUpdate } from "@agentclientprotocol/sdk/unstable";
import type {
  Commands,
  Files,
  LaterService,
  McpServers,
  Meter,
  Models,
  Permissions,
  RememberedAnswers,
  Session,
  Tools,
} from "gantry/sdk";

/** Services of the host that a session runs in. */
export interface Services {
  readonly tools: Tools;
  readonly commands: Commands;
  readonly models: Models;
  readonly permissions: LaterService<Permissions> | undefined;
  readonly remembered: LaterService<RememberedAnswers> | undefined;
  readonly files: LaterService<Files> | undefined;
  readonly mcp: LaterService<McpServers> | undefined;
  readonly meter: LaterService<Meter> | undefined;
}

/** What ties a session to its client: both ends, as far as they are there. */
export interface Link {
  readonly peer: AgentContext;
  readonly capabilities: ClientCapabilities;
  readonly writesAll: boolean;
  /** Set up with the plugins, and anew when they are. */
  services: Services | undefined;
  session: Session | undefined;
  /** The terminals of the client that show a command, by call. */
  readonly terminals: Map<string, string>;
  /** Tells the client, in order. What cannot be told to a client that has gone is dropped. */
  tell(update: SessionUpdate): void;
  /** For the log of the editor, not for the protocol. */
  log(message: string): void;
}
