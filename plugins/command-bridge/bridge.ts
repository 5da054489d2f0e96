import {
  type CommandSession,
  type Line,
  messageOf,
  PluginError,
  rootOf,
  type SessionView,
  type Setup,
} from "gantry/sdk";
import { pagePanel } from "gantry/sdk/kit/panels";
import { visibleLine } from "gantry/sdk/kit/visible";
import type { commandBridge } from "./index.ts";
import type { Bridge } from "./serving.ts";
import { readWords } from "./words.ts";

const REFRESH_MS = 2_000;

const setup: Setup<typeof commandBridge> = ({ config, use, scope, contribute }) => {
  let bridge: Bridge | undefined;
  let isMoving = false;
  scope.own(() => bridge?.close());

  return {
    commands: {
      bridge: {
        run: async (args, session) => {
          const words = readWords(args);
          if (typeof words === "string") return words;
          if (words.does === "off") return turnOff();
          return words.does === "on" ? turnOn(session, words.port ?? config.port, words.names) : status();
        },
        complete: (args) => ["on", "off", "status"].filter((one) => one.startsWith(args)).map((one) => ({ args: one })),
      },
    },
    statusItems: {
      bridge: (session) => (bridge?.session.id === session.id ? statusLine(bridge) : undefined),
    },
    taps: {
      // Between turns a command may move the conversation to another session: the bridge goes along.
      sessionStart: (session) => {
        if (bridge && session.isInteractive && (isMoving || bridge.session.scope.signal.aborted)) show(bridge, session);
      },
      event: (event, session) => {
        if (!bridge || session.id !== bridge.session.id) return;
        if (event.type === "open") isMoving = true;
        bridge.live.take(event);
      },
      ask: (question, turn) => {
        if (!bridge || rootOf(turn.session).id !== bridge.session.id) return;
        use.questions.beside(question, bridge.questions.put(question, turn));
      },
    },
  };

  function show(to: Bridge, session: SessionView): void {
    isMoving = false;
    to.show(session);
  }

  async function turnOn(session: CommandSession, port: number, names: readonly string[]): Promise<string> {
    if (!session.isInteractive)
      return "There is nobody in this session who could go on elsewhere: it is no conversation.";
    if (bridge) {
      show(bridge, session);
      return onText(bridge);
    }
    const { serveBridge } = await import("./serving.ts");
    try {
      bridge = await serveBridge({ ...use, session, port, names });
    } catch (thrown) {
      const { code = messageOf(thrown) } = thrown as NodeJS.ErrnoException;
      throw new PluginError(
        "GANTRY_BRIDGE_PORT",
        `Nothing can listen on port ${port} of this machine: ${code}.`,
        "Choose another port, or leave it out.",
        thrown,
      );
    }
    await contribute({});
    return onText(bridge);
  }

  async function turnOff(): Promise<string> {
    if (!bridge) return "The bridge is off.";
    const { close } = bridge;
    bridge = undefined;
    await close();
    return "The bridge is off. Nobody is connected any more, and its address is worth nothing.";
  }

  async function status() {
    if (!bridge) return "The bridge is off: nothing listens. /bridge on turns it on.";
    const load = () => [
      { type: "fields" as const, fields: bridge ? fieldsOf(bridge) : [{ name: "state", value: "off" }] },
    ];
    return { panel: await pagePanel({ title: "Bridge", parts: [{ title: "Bridge", load }], refreshMs: REFRESH_MS }) };
  }
};

export default setup;

function onText({ address, port }: Bridge): string {
  return [
    "The session is at:",
    "",
    `  ${address}`,
    "",
    "Whoever has this address can do what you can. Only this machine can reach it; from another one, open it after:",
    "",
    `  ssh -L ${port}:127.0.0.1:${port} THIS-MACHINE`,
    "",
    "/bridge off ends it, and so does leaving.",
  ].join("\n");
}

function statusLine({ devices }: Bridge): Line {
  const count = devices().length;
  return [{ text: count ? `bridge: ${count}` : "bridge", tone: count ? "accent" : "dim" }];
}

function fieldsOf({ address, port, devices, session }: Bridge) {
  const there = devices().map((one) => visibleLine(one, 60));
  return [
    { name: "state", value: "on" },
    { name: "address", value: address },
    { name: "from elsewhere", value: `ssh -L ${port}:127.0.0.1:${port} THIS-MACHINE` },
    { name: "session", value: session.id },
    { name: "connected", value: there.join(", ") || "nobody" },
  ];
}
