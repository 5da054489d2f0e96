/** What a person sees of it from within a conversation. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { writeHeapSnapshot } from "node:v8";
import {
  type Block,
  type Command,
  type CommandSession,
  type HostInfo,
  type Inspector,
  type LaterService,
  type ListItem,
  PluginError,
  rootOf,
  type SessionStore,
  type SessionView,
  type Tools,
} from "gantry/sdk";
import { answering } from "gantry/sdk/kit/answering";
import { completions } from "gantry/sdk/kit/completions";
import { toolTokens } from "gantry/sdk/kit/context-contents";
import { didYouMean } from "gantry/sdk/kit/nearest";
import { listPanel, pagePanel, showAction } from "gantry/sdk/kit/panels";
import { textTokens } from "gantry/sdk/kit/tokens";
import { visibleLine } from "gantry/sdk/kit/visible";
import { allCallsOf, callBlocks, callItem, callsOf, findCall, timeBlocks } from "./calls.ts";
import type { Check } from "./doctor.ts";
import { pluginBlocks, promptBlocks, schemaBlocks, tapBlocks, toolBlocks } from "./pages.ts";

interface Means {
  readonly inspector: Inspector;
  readonly tools: Tools;
  readonly host: HostInfo;
  /** Looks at all that Gantry needs. */
  readonly checks: () => Promise<readonly Check[]>;
  /** Where the logs of agents are. */
  readonly stored: LaterService<SessionStore> | undefined;
}

const PARTS = ["plugins", "prompt", "tools", "hooks"] as const;

export function createCommands({ inspector, tools, host, checks, stored }: Means) {
  const toolNames = (session: CommandSession) => tools.list(session).map(({ name }) => name);

  const callsIn = (session: SessionView) =>
    allCallsOf(session, async (id) => {
      const store = await stored?.();
      const parent = rootOf(session).id;
      return (await store?.read(id, { cwd: session.cwd, parent }))?.entries ?? [];
    });

  const why: Command = {
    run: async (args, session) => {
      const calls = await callsIn(session);
      const blocks = async (id: string) => {
        const call = (await callsIn(session)).find((one) => one.id === id);
        return call ? callBlocks(call, inspector, inspector.report(session)) : [];
      };
      if (args.trim()) {
        const found = findCall(calls, args.trim());
        if (typeof found === "string") return found;
        return { panel: await page(`Why: ${found.tool}`, () => blocks(found.id)) };
      }
      const panel = await listPanel({
        title: "Calls of this session",
        load: async () => (await callsIn(session)).map(callItem).reverse(),
        empty: "No tool has been called in this session.",
        preview: ({ id }) => blocks(id),
        actions: [showAction(({ id }) => blocks(id), "Why")],
      });
      return { panel };
    },
    complete: (args, session) =>
      completions(
        args,
        callsOf(session)
          .map(({ id, tool, number }) => [String(number), `${tool} ${id}`] as const)
          .reverse(),
      ),
  };

  const inspect: Command = {
    run: async (args, session) => {
      const report = () => inspector.report(session);
      const parts: Record<(typeof PARTS)[number], () => readonly Block[]> = {
        plugins: () => pluginBlocks(report()),
        prompt: () => promptBlocks(report().prompt),
        tools: () => toolBlocks(tools.list(session)),
        hooks: () => tapBlocks(report()),
      };
      const wanted = args.trim();
      const shown = PARTS.filter((part) => wanted === "" || part === wanted);
      if (shown.length === 0) throw unknownWord("part", wanted, PARTS);
      return {
        panel: await pagePanel({ title: "Inspect", parts: shown.map((title) => ({ title, load: parts[title] })) }),
      };
    },
    complete: (args) => completions(args, PARTS),
  };

  const showTools: Command = {
    run: async (args, session) => {
      const all = () => tools.list(session);
      const wanted = args.trim();
      if (wanted) {
        const tool = all().find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
        if (!tool) throw unknownWord("tool", wanted, toolNames(session));
        return { panel: await page(tool.name, () => schemaBlocks(tool)) };
      }
      const blocks = (id: string) => all().flatMap((tool) => (tool.name === id ? schemaBlocks(tool) : []));
      const load = () =>
        [...all()]
          .map((tool) => [tool, toolTokens(tool)] as const)
          .sort(([, a], [, b]) => b - a)
          .map(([tool, tokens]) => item(tool.name, tokens, tool.owner, tool.description));
      const sum = all().reduce((total, tool) => total + toolTokens(tool), 0);
      return { panel: await inspectable(`Tools: ${all().length}, about ${sum} tokens`, load, blocks) };
    },
    complete: (args, session) => completions(args, toolNames(session)),
  };

  const prompt: Command = {
    run: async (args, session) => {
      const sections = () => inspector.report(session).prompt;
      const wanted = args.trim();
      const blocks = (id: string): readonly Block[] =>
        sections().flatMap(({ key, text }) => (key === id ? [{ type: "text", lines: text.split("\n") } as const] : []));
      if (wanted) {
        if (!blocks(wanted).length)
          throw unknownWord(
            "section",
            wanted,
            sections().map(({ key }) => key),
          );
        return { panel: await page(wanted, () => blocks(wanted)) };
      }
      const load = () => sections().map(({ key, owner, cache, text }) => item(key, textTokens(text), owner, cache));
      return { panel: await inspectable("System prompt", load, blocks, "There is no prompt before the first turn.") };
    },
    complete: (args, session) =>
      completions(
        args,
        inspector.report(session).prompt.map(({ key }) => key),
      ),
  };

  const doctor: Command = async () => {
    const found = await checks();
    return {
      panel: await pagePanel({ title: "Doctor", parts: [{ title: "Checks", load: () => checkBlocks(found) }] }),
    };
  };

  const trace: Command = async (_, session) => ({
    panel: await page("Time of plugins", () => timeBlocks(callsOf(session), inspector)),
  });

  const heapdump: Command = (args, session) => {
    const { rss, heapUsed, external } = process.memoryUsage();
    const used = `The program uses ${mib(rss)} MiB, ${mib(heapUsed)} of them its heap and ${mib(external)} outside of it.`;
    if (args.trim() !== "now")
      return `${used} /heapdump now writes all that the heap holds to a file: conversations and keys, too.`;
    const folder = join(host.stateFolder, "heap");
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = writeHeapSnapshot(join(folder, `${session.id}-${Date.now()}.heapsnapshot`));
    return `${used} The heap is written to ${file}. It holds what was said and may hold keys: give it to nobody you would not give those.`;
  };

  return {
    why: answering(why),
    inspect: answering(inspect),
    tools: answering(showTools),
    prompt: answering(prompt),
    doctor,
    trace,
    heapdump,
  };
}

function page(title: string, load: () => readonly Block[] | Promise<readonly Block[]>) {
  return pagePanel({ title, parts: [{ title, load }] });
}

/** A list whose entries can be looked into. */
function inspectable(
  title: string,
  load: () => readonly ListItem[],
  blocks: (id: string) => readonly Block[],
  empty?: string,
) {
  return listPanel({
    title,
    load,
    ...(empty !== undefined && { empty }),
    preview: ({ id }) => blocks(id),
    actions: [showAction(({ id }) => blocks(id))],
  });
}

/** Numbers stand below each other. */
const TOKENS_WIDTH = 5;

function item(id: string, tokens: number, owner: string | undefined, about: string): ListItem {
  const size = `${String(tokens).padStart(TOKENS_WIDTH)} tokens`;
  return {
    id,
    title: id,
    detail: [size, ...(owner === undefined ? [] : [owner]), visibleLine(about, 100)].join(" · "),
  };
}

function checkBlocks(checks: readonly Check[]): readonly Block[] {
  const tones = { ok: "good", warn: "warning", fail: "bad" } as const;
  const isBad = ({ state }: Check) => state !== "ok";
  const bad = checks.filter(isBad).length;
  return [
    {
      type: "table",
      // What wants a look is seen first.
      rows: checks
        .toSorted((a, b) => Number(isBad(b)) - Number(isBad(a)))
        .map(({ state, name, text, remedy }) => [
          [{ text: state, tone: tones[state] }],
          name,
          remedy ? `${text} ${remedy}` : text,
        ]),
    },
    { type: "text", lines: [bad ? `${bad} of ${checks.length} want a look.` : "All is well."] },
  ];
}

function unknownWord(kind: string, word: string, known: readonly string[]): PluginError {
  return new PluginError(
    "GANTRY_INSPECT_ABSENT",
    `There is no ${kind} "${visibleLine(word, 80)}".${didYouMean(word, known)}`,
    "The command alone lists them.",
  );
}

function mib(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}
