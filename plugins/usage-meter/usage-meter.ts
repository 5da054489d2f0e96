import {
  addUsage,
  type EntryOf,
  type Figures,
  type ModelFigures,
  NO_USAGE,
  perSession,
  type SessionView,
  type Setup,
  type Usage,
} from "gantry/sdk";
import type { usageMeter } from "./index.ts";
import { cost, priceList } from "./prices.ts";

/** The figures follow from the log alone, so that a resumed session goes on where it was; each record is read once. */
const setup: Setup<typeof usageMeter> = ({ config }) => {
  const priceOf = priceList(config.prices);
  const counts = perSession(() => ({ read: 0, figures: NOTHING }));

  const costOf = (model: string, usage: Usage) => {
    const price = priceOf(model);
    return price && cost(price, usage);
  };

  const ofAnswer = ({ model, message, ms }: EntryOf<"assistant">): Figures => {
    const answered = `${model.slice(0, model.indexOf("/") + 1)}${message.model}`;
    const used: ModelFigures = {
      usage: message.usage,
      costUsd: costOf(answered, message.usage) ?? costOf(model, message.usage),
      requests: 1,
    };
    return { ...used, apiMs: ms, byModel: { [model]: used } };
  };

  return {
    services: {
      meter: {
        costOf,
        of(session) {
          const count = counts(session);
          for (const entry of session.entries.slice(count.read)) {
            if (isOwnAnswer(entry, session)) count.figures = add(count.figures, ofAnswer(entry));
          }
          count.read = session.entries.length;
          return count.figures;
        },
      },
    },
  };
};
export default setup;

const NOTHING: Figures = Object.freeze({ usage: NO_USAGE, costUsd: 0, requests: 0, apiMs: 0, byModel: {} });

/** What a fork took over was paid for by the session it came from. */
function isOwnAnswer(entry: SessionView["entries"][number], session: SessionView): entry is EntryOf<"assistant"> {
  return entry.type === "assistant" && entry.sessionId === session.id;
}

function add(a: Figures, b: Figures): Figures {
  const byModel = { ...a.byModel };
  for (const [model, used] of Object.entries(b.byModel)) {
    byModel[model] = addModel(byModel[model] ?? { usage: NO_USAGE, costUsd: 0, requests: 0 }, used);
  }
  return { ...addModel(a, b), apiMs: a.apiMs + b.apiMs, byModel };
}

function addModel(a: ModelFigures, b: ModelFigures): ModelFigures {
  return {
    usage: addUsage(a.usage, b.usage),
    costUsd: a.costUsd === undefined || b.costUsd === undefined ? undefined : a.costUsd + b.costUsd,
    requests: a.requests + b.requests,
  };
}
