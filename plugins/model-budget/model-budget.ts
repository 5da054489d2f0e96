import {
  type ConfigOf,
  EFFORTS,
  type Effort,
  type Efforts,
  type Meter,
  type ModelCall,
  type ModelEvent,
  type ModelFailure,
  type ModelRequest,
  NO_USAGE,
  perSession,
  rootOf,
  type SessionView,
  type Setup,
  type StreamFunction,
  type TurnView,
  z,
} from "gantry/sdk";
import type { modelBudget } from "./index.ts";

/** The last tap of `modelWrap` is the outermost wrap: a request that is tried again counts once. */
const setup: Setup<typeof modelBudget> = ({ config, use }) => {
  const { maxTurns, maxBudgetUsd } = config;
  const turns = maxTurns === undefined ? undefined : turnLimit(maxTurns);
  const money = maxBudgetUsd === undefined ? undefined : moneyLimit(maxBudgetUsd, use.meter);
  const thought = thinkingOf(config);
  const chosen = new WeakMap<TurnView, Effort>();
  const efforts: Efforts = { chooseFor: (turn, effort) => void chosen.set(turn, effort) };
  /** What flags say of thinking is said for this run, and goes before the settings. */
  const shaped = (request: ModelRequest, turn: TurnView): ModelRequest => {
    const { settings } = use;
    const effort = chosen.get(turn) ?? settings?.get("effortLevel", effortSchema());
    const isFast = settings?.get("fastMode", onSchema()) === true;
    const isThinking = thought ? undefined : settings?.get("alwaysThinkingEnabled", onSchema());
    const asked = (thought ?? thinkingBy(isThinking))?.(request) ?? request;
    if (effort === undefined && !isFast) return asked;
    return { ...asked, ...(effort && { effort }), ...(isFast && { isFast }) };
  };

  return {
    services: { efforts },
    taps: {
      // One wrapped stream may serve several sessions: the turn knows its own.
      modelWrap:
        (stream, first): StreamFunction =>
        (request, call) => {
          const failure = turns?.(call) ?? money?.(request, rootOf(call.turn?.session ?? first));
          return failure ? refused(failure) : stream(call.turn ? shaped(request, call.turn) : request, call);
        },
    },
  };
};
export default setup;

function effortSchema() {
  return z.enum(EFFORTS);
}

const onSchema = () => z.boolean();

/** Tokens of reasoning where it is switched on without a measure. */
const USUAL_THINKING = 16_000;

function thinkingBy(isOn: boolean | undefined) {
  if (isOn === undefined) return undefined;
  if (!isOn) return thinkingOf({ thinking: "disabled" });
  return (request: ModelRequest): ModelRequest => ({ thinking: { budgetTokens: USUAL_THINKING }, ...request });
}

/** How the requests of turns are to be thought about; `undefined`: as they are. */
function thinkingOf({
  thinking,
  maxThinkingTokens,
}: Pick<ConfigOf<typeof modelBudget>, "thinking" | "maxThinkingTokens">) {
  if (thinking === "disabled" || maxThinkingTokens === 0) {
    return ({ thinking: _, ...request }: ModelRequest): ModelRequest => request;
  }
  if (maxThinkingTokens === undefined) return undefined;
  return (request: ModelRequest): ModelRequest => ({ ...request, thinking: { budgetTokens: maxThinkingTokens } });
}

/** Only the newest turn of a session is counted: an older one asks no more. */
function turnLimit(most: number) {
  const newest = perSession(() => ({ turnId: "", requests: 0 }));
  return ({ turn }: ModelCall): ModelFailure | undefined => {
    if (!turn) return undefined;
    const count = newest(turn.session);
    if (count.turnId !== turn.id) Object.assign(count, { turnId: turn.id, requests: 0 });
    if (count.requests >= most) return refusal("max_turns", `Reached maximum number of turns (${most})`);
    count.requests += 1;
    return undefined;
  };
}

/** Fails closed: what cannot be priced cannot be afforded. What the session cost before this run is not counted. */
function moneyLimit(most: number, meter: Meter | undefined) {
  const spentBefore = perSession((session) => meter?.of(session).costUsd ?? 0);
  return ({ model }: ModelRequest, session: SessionView): ModelFailure | undefined => {
    if (!meter) {
      return refusal(
        "max_budget_usd",
        "A budget was set, but nothing counts what is spent.",
        "Add the plugin usage-meter, or leave out --max-budget-usd.",
      );
    }
    const before = spentBefore(session);
    const { costUsd, byModel } = meter.of(session);
    const asked = `${model.provider}/${model.id}`;
    const unpriced =
      meter.costOf(asked, NO_USAGE) === undefined
        ? asked
        : Object.keys(byModel).find((name) => byModel[name]?.costUsd === undefined);
    if (unpriced !== undefined || costUsd === undefined) {
      return refusal(
        "max_budget_usd",
        `A budget of $${most} was set, but the price of ${unpriced ?? "a model in use"} is not known.`,
        `Set its price with the configuration key usage-meter.prices["${unpriced ?? asked}"], or leave out --max-budget-usd.`,
      );
    }
    const spent = costUsd - before;
    if (spent < most) return undefined;
    return refusal("max_budget_usd", `Reached maximum budget ($${most}): $${spent.toFixed(4)} spent`);
  };
}

async function* refused(failure: ModelFailure): AsyncGenerator<ModelEvent> {
  yield { type: "failure", failure };
}

function refusal(code: string, message: string, remedy?: string): ModelFailure {
  return { kind: "limit", code, message, isRetryable: false, ...(remedy && { remedy }) };
}
