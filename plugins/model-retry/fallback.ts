import {
  type FailureKind,
  type ModelCall,
  type ModelEvent,
  type ModelRef,
  type ModelRequest,
  type Models,
  messageOf,
  perSession,
  type SessionView,
  type Settings,
  type StreamFunction,
  type TurnView,
  z,
} from "gantry/sdk";

interface Parts {
  /** The way to the model that nothing comes after, and to one that another can stand in for. */
  readonly patient: StreamFunction;
  readonly brief: StreamFunction;
  readonly models: Pick<Models, "choose">;
  /** Who stands in, in order. */
  readonly names: () => readonly string[];
}

/** What another model may do better. */
const OUT_OF_REACH: ReadonlySet<FailureKind> = new Set([
  "network",
  "not_found",
  "overloaded",
  "rate_limit",
  "server",
  "timeout",
]);

/** The models that stand in, in order; given as a list, or as words with commas. */
export function fallbacks(settings: Settings | undefined): readonly string[] {
  const given = settings?.get("fallbackModel", z.union([z.string(), z.array(z.string())])) ?? [];
  const names = typeof given === "string" ? given.split(",") : given;
  return names.map((name) => name.trim()).filter(Boolean);
}

/** The next turn begins with the chosen model again: an outage that has passed is forgotten. */
export function withFallback({ patient, brief, models, names }: Parts): StreamFunction {
  const turns = perSession(() => ({ id: "", fallen: 0 }));

  return (request, call) => {
    const others = call.turn ? names() : [];
    return call.turn && others.length ? falling(request, call, call.turn, others) : patient(request, call);
  };

  async function* falling(
    request: ModelRequest,
    call: ModelCall,
    turn: TurnView,
    others: readonly string[],
  ): AsyncGenerator<ModelEvent> {
    const { session } = turn;
    const state = turns(session);
    if (state.id !== turn.id) Object.assign(state, { id: turn.id, fallen: 0 });
    for (let model: ModelRef | undefined = await at(state.fallen); ; model = await at(state.fallen)) {
      const isLast = state.fallen >= others.length;
      let failed: Extract<ModelEvent, { type: "failure" }> | undefined;
      if (model) {
        for await (const event of (isLast ? patient : brief)({ ...request, model }, call)) {
          if (event.type === "failure" && !isLast && OUT_OF_REACH.has(event.failure.kind)) failed = event;
          else yield event;
        }
        if (!failed) return;
      }
      const next = others[state.fallen++];
      if (!failed) continue;
      tell(
        session,
        `${model?.id} cannot answer: ${failed.failure.message} ${next} stands in for it until the turn ends.`,
      );
      yield {
        type: "retry",
        attempt: state.fallen,
        maxAttempts: others.length + 1,
        delayMs: 0,
        failure: failed.failure,
      };
    }

    /** `undefined`: there is no such model, and one more comes behind it. */
    async function at(fallen: number): Promise<ModelRef | undefined> {
      const name = others[fallen - 1];
      if (name === undefined) return request.model;
      try {
        return await models.choose(session, name);
      } catch (thrown) {
        tell(session, `The model ${name} cannot stand in for another: ${messageOf(thrown)}`);
        return fallen >= others.length ? request.model : undefined;
      }
    }
  }
}

function tell(session: SessionView, text: string): void {
  session.notify({ level: "warning", plugin: "model-retry", text });
}
