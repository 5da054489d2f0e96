import {
  addUsage,
  type Figures,
  type ModelFigures,
  NO_USAGE,
  perSession,
  type SessionView,
  type Setup,
  type Usage,
  z,
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

  const ofAnswer = ({ model, named, usage, ms }: Answered): Figures => {
    const answered = `${model.slice(0, model.indexOf("/") + 1)}${named}`;
    const used: ModelFigures = {
      usage,
      costUsd: costOf(answered, usage) ?? costOf(model, usage),
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
            const answered = answeredIn(entry, session);
            if (answered) count.figures = add(count.figures, ofAnswer(answered));
          }
          count.read = session.entries.length;
          return count.figures;
        },
      },
    },
    taps: {
      // What agents use is used for the sessions above them, and stands in their logs.
      event: (event, session) => {
        if (event.type !== "agent" || event.event.type !== "assistant") return;
        const { model, message, ms } = event.event;
        session.record(PLUGIN, AGENT, { model, named: message.model, usage: message.usage, ms } satisfies Answered);
      },
    },
  };
};
export default setup;

const NOTHING: Figures = Object.freeze({ usage: NO_USAGE, costUsd: 0, requests: 0, apiMs: 0, byModel: {} });

const PLUGIN = "usage-meter";
const AGENT = "agent";

/** An answer, as far as it costs something. */
interface Answered {
  /** `provider/id` that was asked, and the model that has answered. */
  readonly model: string;
  readonly named: string;
  readonly usage: Usage;
  readonly ms: number;
}

/** What a fork took over was paid for by the session it came from. */
function answeredIn(entry: SessionView["entries"][number], session: SessionView): Answered | undefined {
  if (entry.sessionId !== session.id) return undefined;
  if (entry.type === "assistant") {
    const { model, message, ms } = entry;
    return { model, named: message.model, usage: message.usage, ms };
  }
  if (entry.type !== "plugin" || entry.plugin !== PLUGIN || entry.kind !== AGENT) return undefined;
  return answeredSchema().safeParse(entry.data).data;
}

function answeredSchema() {
  const tokens = z.number();
  const usage = z.looseObject({
    input_tokens: tokens,
    output_tokens: tokens,
    cache_read_input_tokens: tokens,
    cache_creation_input_tokens: tokens,
  });
  return z.object({ model: z.string(), named: z.string(), usage, ms: z.number() });
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
