import {
  definePlugin,
  lazy,
  manifest,
  optional,
  Permissions,
  Questions,
  RememberedAnswers,
  Slots,
  Tools,
  Turns,
  z,
} from "gantry/sdk";

export const commandBridge = manifest({
  name: "command-bridge",
  description:
    "Shows the live session in a browser, on this machine or through a tunnel, and lets the person go on there.",
  config: z.object({
    port: z.number().int().min(0).max(65_535).default(0).describe("where it listens on loopback; 0: any that is free"),
  }),
  // Taps come with the generation that turning it on makes: a session that is not shown pays nothing.
  needs: {
    tools: Tools,
    slots: Slots,
    questions: Questions,
    turns: Turns,
    permissions: optional(Permissions),
    remembered: optional(RememberedAnswers),
  },
  commands: {
    bridge: {
      description: "Go on with this session in a browser, also on another device",
      argumentHint: "[on [port] [name] | off | status]",
      group: "Session",
      isImmediate: true,
      help: [
        "Serves the session on this machine alone, at an address with a token in it, until you say off or leave. Whoever opens the address sees the conversation as it goes on, sends prompts, answers questions, interrupts and changes the mode.",
        "",
        "  /bridge on                  at a port that is free",
        "  /bridge on 7411             at this port, as for: ssh -L 7411:127.0.0.1:7411 this-machine",
        "  /bridge on 7411 my.tail.net behind a tunnel that has this name",
        "  /bridge                     the address, and who is there",
        "  /bridge off",
      ].join("\n"),
    },
  },
});

export default definePlugin(
  commandBridge,
  lazy(() => import("./bridge.ts")),
);
