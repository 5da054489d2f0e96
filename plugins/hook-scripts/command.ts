/** `/hooks`: what is configured, to be looked at. */
import { isAbsolute } from "node:path";
import type { Block, Command, HostInfo, ListItem } from "gantry/sdk";
import { completions } from "gantry/sdk/kit/completions";
import { didYouMean } from "gantry/sdk/kit/nearest";
import { listPanel, showAction } from "gantry/sdk/kit/panels";
import { shownPath } from "gantry/sdk/kit/shown-path";
import { visibleLine } from "gantry/sdk/kit/visible";
import { EVENT_NAMES, rulesOf } from "./events.ts";
import { deniesOnFailure, timeoutOf, whatRuns } from "./handlers.ts";
import type { Kit } from "./kit.ts";
import type { Hook } from "./read.ts";

export function createCommand({ book, host, claims }: Kit): Command {
  return {
    run: async (args) => {
      const wanted = EVENT_NAMES.find((event) => event.toLowerCase() === args.trim().toLowerCase());
      if (args.trim() && !wanted)
        return `There is no event "${visibleLine(args.trim(), 80)}".${didYouMean(args.trim(), EVENT_NAMES)}`;
      const hooks = () => EVENT_NAMES.filter((event) => !wanted || event === wanted).flatMap((event) => book.of(event));
      const blocks = ({ id }: ListItem) => {
        const hook = hooks()[Number(id)];
        return hook ? hookBlocks(hook, book.whyOff(hook), host) : [];
      };
      const panel = await listPanel({
        title: "Hooks",
        load: () => hooks().map((hook, at) => itemOf(hook, at, book.whyOff(hook))),
        empty: wanted ? `No hook is configured for ${wanted}.` : "No hooks are configured.",
        preview: blocks,
        actions: [showAction(blocks, "Hook")],
      });
      // Settings say nothing of a folder before it is trusted.
      const waiting = host.isTrusted ? [] : await claims();
      const more = [
        ...(waiting.length
          ? [`Left out until you trust this folder: ${waiting.length}. gantry trust list shows them.`]
          : []),
        ...book.problems.map((problem) => `Problem: ${visibleLine(problem)}`),
      ];
      return { panel: { ...panel, text: [panel.text, ...more].join("\n") } };
    },
    complete: (args) => completions(args, new Set(book.all.map(({ event }) => event))),
  };
}

function itemOf(hook: Hook, at: number, whyOff: string | undefined): ListItem {
  const { event, matcher, handler, layer } = hook;
  const title = `${visibleLine(matcher || "*", 60)}: ${handler.type} ${visibleLine(whatRuns(handler), 120)}`;
  return {
    id: String(at),
    title,
    detail: whyOff === undefined ? layer : `${layer}; does not run: ${whyOff}`,
    group: rulesOf(event).isFired ? event : `${event} (no plugin here fires it)`,
  };
}

function hookBlocks(
  { event, matcher, handler, layer, source }: Hook,
  whyOff: string | undefined,
  host: HostInfo,
): readonly Block[] {
  const fields = [
    { name: "event", value: event },
    { name: "matcher", value: matcher || "* (all)" },
    ...(handler.if ? [{ name: "if", value: handler.if }] : []),
    { name: "type", value: handler.type },
    { name: "runs", value: whatRuns(handler) },
    { name: "time-out", value: `${timeoutOf(event, handler)} s` },
    { name: "if it fails", value: deniesOnFailure(event, handler) ? "the call is denied" : "it is reported" },
    { name: "from", value: `${layer}, ${isAbsolute(source) ? shownPath(source, host) : source}` },
    { name: "state", value: whyOff === undefined ? "runs" : `does not run: ${whyOff}` },
  ];
  return [{ type: "fields", fields: fields.map(({ name, value }) => ({ name, value: visibleLine(value, 2_000) })) }];
}
