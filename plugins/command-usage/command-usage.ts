import { type Block, type Command, PluginError, type Setup } from "gantry/sdk";
import { answering } from "gantry/sdk/kit/answering";
import { type Clock, realClock } from "gantry/sdk/kit/clock";
import { pagePanel } from "gantry/sdk/kit/panels";
import { visibleLine } from "gantry/sdk/kit/visible";
import { daysBlocks, insightBlocks, pluginBlocks, sessionBlocks } from "./blocks.ts";
import { type History, readHistory } from "./history.ts";
import type { commandUsage } from "./index.ts";

const DAYS = 14;
const MOST_DAYS = 365;

/** The setup with another clock: for tests. */
export function commandUsageWith(clock: Pick<Clock, "now">): Setup<typeof commandUsage> {
  return ({ use: { meter, store, tools } }) => {
    /** Read once for all parts that are shown of it. */
    function historyOf(days: number): () => Promise<History | undefined> {
      let read: Promise<History | undefined> | undefined;
      return () => {
        read ??= store ? readHistory(store, meter, days, clock.now()) : Promise.resolve(undefined);
        return read;
      };
    }

    const usage: Command = async (args, session) => {
      const history = historyOf(daysIn(args));
      const load = (blocks: (history: History) => readonly Block[]) => async () => {
        const found = await history();
        return found ? blocks(found) : [said("No plugin stores sessions.")];
      };
      const now = () => (meter ? sessionBlocks(meter.of(session)) : [said("No plugin counts what a session uses.")]);
      const ofSession = [
        { title: "This session", load: now },
        { title: "By plugin", load: () => pluginBlocks(session, tools.list(session)) },
      ];
      const ofDays = { title: "By day, in all folders", load: load(daysBlocks) };
      // What was asked for comes first.
      const parts = args.trim() ? [ofDays, ...ofSession] : [...ofSession, ofDays];
      return { panel: await pagePanel({ title: "Usage", parts }) };
    };

    const insights: Command = async (args) => {
      const history = await historyOf(daysIn(args))();
      if (!history) return "No plugin stores sessions, so nothing is known of earlier ones.";
      return {
        panel: await pagePanel({
          title: "Insights",
          parts: [{ title: "Sessions", load: () => insightBlocks(history) }],
        }),
      };
    };

    return { commands: { usage: answering(usage), insights: answering(insights) } };
  };
}

export default commandUsageWith(realClock);

function daysIn(args: string): number {
  const word = args.trim();
  if (word === "") return DAYS;
  const days = Number(word);
  if (Number.isInteger(days) && days >= 1 && days <= MOST_DAYS) return days;
  throw new PluginError(
    "GANTRY_USAGE_DAYS",
    `"${visibleLine(word, 40)}" is no number of days from 1 to ${MOST_DAYS}.`,
    "Give one, such as 30.",
  );
}

function said(line: string): Block {
  return { type: "text", lines: [line] };
}
