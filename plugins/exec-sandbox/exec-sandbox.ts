import type { Call, SessionView, Setup } from "gantry/sdk";
import type { ConfinementService } from "./confinement.ts";
import type { execSandbox } from "./index.ts";
import { isSandboxOn } from "./policy.ts";

const PLUGIN = "exec-sandbox";

/** Light, since it is set up with every session: what confines is loaded where settings want it. */
const setup: Setup<typeof execSandbox> = ({ use, host, scope }) => {
  const isOn = () => isSandboxOn(use.settings);
  let loaded: Promise<ConfinementService> | undefined;
  const confinement = () => {
    loaded ??= import("./confinement.ts").then((module) =>
      module.createConfinement({ settings: use.settings, host, scope }),
    );
    return loaded;
  };

  async function tell(session: SessionView): Promise<void> {
    const { problem, isRequired, notices } = await (await confinement()).state(session);
    const warn = (text: string) => session.notify({ level: "warning", plugin: PLUGIN, text });
    if (problem !== undefined) warn(`The sandbox is not available: ${problem} ${isRequired ? REFUSED : UNCONFINED}`);
    for (const notice of notices) warn(notice);
  }

  return {
    services: {
      sandbox: {
        state: async (session) => (isOn() ? (await confinement()).state(session) : OFF),
        confines: async (session, command) => isOn() && (await confinement()).confines(session, command),
        confine: async (session, spec, command, options) =>
          isOn()
            ? (await confinement()).confine(session, spec, command, options)
            : { spec, isConfined: false, advice: "", release: () => undefined },
      },
    },
    taps: {
      sessionStart: async (session) => {
        if (isOn() && !session.parent) await tell(session);
      },
      toolGate: async (_, call, turn) => {
        const command = commandOf(call);
        if (command === undefined || !isOn()) return undefined;
        return (await confinement()).vote(turn.session, command, asksToLeave(call));
      },
    },
  };
};

export default setup;

const OFF = { isOn: false, isRequired: false, mayBeLeft: true, notices: [] };
const REFUSED = "No command runs until it is.";
const UNCONFINED = "Commands run unconfined, and are asked for as usual.";

/** The command of a tool that says of itself that it goes through the sandbox. */
function commandOf({ tool, input }: Call): string | undefined {
  if (tool.traits?.confined !== true || !tool.permission || !("command" in tool.permission)) return undefined;
  const value = (input as Readonly<Record<string, unknown>> | null)?.[tool.permission.command];
  return typeof value === "string" ? value : undefined;
}

function asksToLeave({ input }: Call): boolean {
  return (input as { readonly dangerouslyDisableSandbox?: unknown }).dangerouslyDisableSandbox === true;
}
