import {
  Control,
  type ControlledStream,
  type ControlPeer,
  type Session,
  type Setup,
  type TapHandler,
} from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";
import { askOther } from "./asking.ts";
import type { frontendControl } from "./index.ts";
import { initialize } from "./initialize.ts";
import type { HoldsControl, Kit } from "./kit.ts";
import { createLine, type Request } from "./line.ts";
import { ABOUT_SESSION, IN_ORDER, REQUESTS } from "./requests.ts";
import { carryConfigured, forgetServers } from "./servers.ts";
import { suggestPrompts } from "./suggest-prompts.ts";

const setup: Setup<typeof frontendControl> = ({ config, use, host, log, contribute }) => {
  const control: HoldsControl = { attach, takeOver };
  let kit: Kit | undefined;
  let handing: Promise<void> = Promise.resolve();

  async function attach(stream: ControlledStream): Promise<ControlPeer> {
    kit = createKit(stream);
    await carryConfigured(kit);
    // From the next generation on what is tapped below is in place.
    await contribute({});
    const { line } = kit;
    return { take: line.take, ready, end: line.end, opened };
  }

  async function ready(): Promise<void> {
    await kit?.line.ready();
    await handing;
  }

  /** Plugins were set up anew, and another one of this kind has to hold the conversation from now on. */
  async function handOver(held: Kit): Promise<void> {
    const next = (await held.stream.host.service(Control)) as HoldsControl | undefined;
    if (!next) throw new Error("the plugin frontend-control is gone, and with it what the application forbids");
    if (next !== held.holder) await next.takeOver(held);
  }

  async function takeOver(held: Kit): Promise<void> {
    Object.assign(held, { use, config, host, log, holder: control });
    kit = held;
    forgetServers(held);
    await carryConfigured(held);
    for (const renew of held.wishes.renew.values()) await renew();
    await contribute({});
  }

  function createKit(stream: ControlledStream): Kit {
    let isInitialized = false;
    const { write, complain } = stream;
    const line = createLine({ write, complain, handle, isInOrder: (subtype) => IN_ORDER.has(subtype) });
    const wishes = { settings: {}, renew: new Map() };
    const tell = (text: string) => void stream.host.stderr.write(`gantry: ${text}\n`);
    return { stream, line, use, config, host, log, tell, wishes, holder: control, session: () => stream.session() };

    async function handle(request: Request, signal: AbortSignal): Promise<object | undefined> {
      const { subtype } = request;
      if (signal.aborted) throw new Error("the request was withdrawn");
      if (subtype === "initialize") {
        const isFirst = !isInitialized;
        isInitialized = true;
        return initialize(kit as Kit, request, isFirst);
      }
      const carry = Object.hasOwn(REQUESTS, subtype) ? REQUESTS[subtype] : undefined;
      if (!carry) throw new Error(`Unsupported control request subtype: ${visibleLine(subtype, 100)}`);
      if (ABOUT_SESSION.has(subtype)) await line.ready();
      return carry(kit as Kit, request, signal);
    }
  }

  async function opened(session: Session): Promise<void> {
    const { wishes } = kit as Kit;
    const { title, model, mode } = wishes;
    const firstModel = `${session.model.provider}/${session.model.id}`;
    if (model) await session.setModel(model);
    if (mode) await use.permissions?.setMode(session, mode);
    const isNew = !session.entries.some(({ type }) => type === "user");
    if (title && isNew && !wishes.opened) session.rename(title);
    suggestPrompts(kit as Kit, session);
    session.watch(({ type }) => {
      if (type === "turn_start" || type === "turn_end") wishes.isBusy = type === "turn_start";
      if (type !== "generation") return;
      handing = handing.then(() => handOver(kit as Kit));
      // Whoever waits for it hears of it.
      handing.catch(() => undefined);
    });
    Object.assign(wishes, { opened: session, openedAt: performance.now(), firstModel });
  }

  /** Whoever reads the lines sees that it is their turn. */
  function waiting({ line, stream }: Kit): Kit["line"]["ask"] {
    return async (request, signal) => {
      stream.waits(true);
      try {
        return await line.ask(request, signal);
      } finally {
        stream.waits(false);
      }
    };
  }

  const promptBuild: TapHandler<"promptBuild"> = (draft) => {
    const { systemPrompt, appendedPrompt } = kit?.wishes ?? {};
    // The key under which the prompt stands, so that this one takes its place.
    const replaced =
      systemPrompt === undefined ? draft : draft.with({ key: "base", cache: "stable", text: systemPrompt });
    return appendedPrompt ? replaced.with({ key: "append", cache: "stable", text: appendedPrompt }) : replaced;
  };
  const modelWrap: TapHandler<"modelWrap"> = (stream) => (request, call) => {
    const { thinking, display: thinkingDisplay } = kit?.wishes ?? {};
    if (!call.turn) return stream(request, call);
    const { thinking: _, ...bare } = request;
    const thought = thinking === undefined ? request : thinking === "off" ? bare : { ...bare, thinking };
    return stream(thinkingDisplay ? { ...thought, thinkingDisplay } : thought, call);
  };

  return {
    services: { control },
    taps: { ask: (question, turn) => askOther({ use, config, kit, ask: kit && waiting(kit) }, question, turn) },
    // Of use in a controlled conversation alone, so that no other one waits for this plugin.
    apply(hooks) {
      if (!kit) return;
      hooks.promptBuild.tap({ name: "frontend-control", stage: -100 }, promptBuild as never);
      hooks.modelWrap.tap("frontend-control", modelWrap as never);
    },
  };
};

export default setup;
