/** What is measured. Names, units and bounds of `gen_ai` are those of OpenTelemetry's conventions. */
import { type Attributes, type Meter, ROOT_CONTEXT, ValueType } from "@opentelemetry/api";

interface Instrument {
  readonly unit: string;
  readonly description: string;
  /** A counter of whole things. */
  readonly isWhole?: boolean;
  /** A histogram: the upper bounds of its buckets. */
  readonly bounds?: number[];
}

export type InstrumentName =
  | "gantry.session.count"
  | "gantry.lines_of_code.count"
  | "gantry.commit.count"
  | "gantry.pull_request.count"
  | "gantry.cost.usage"
  | "gantry.token.usage"
  | "gantry.code_edit_tool.decision"
  | "gantry.active_time.total"
  | "gen_ai.client.token.usage"
  | "gen_ai.client.operation.duration";

const powers = (base: number, first: number, count: number) =>
  Array.from({ length: count }, (_, index) => first * base ** index);

const INSTRUMENTS: Readonly<Record<InstrumentName, Instrument>> = {
  "gantry.session.count": { unit: "{session}", isWhole: true, description: "Sessions begun or gone on with" },
  "gantry.lines_of_code.count": { unit: "{line}", isWhole: true, description: "Lines added and removed by tools" },
  "gantry.commit.count": { unit: "{commit}", isWhole: true, description: "Commands that committed" },
  "gantry.pull_request.count": {
    unit: "{pull_request}",
    isWhole: true,
    description: "Commands that opened a pull request",
  },
  "gantry.cost.usage": { unit: "USD", description: "Dollars for requests to models whose price is known" },
  "gantry.token.usage": { unit: "{token}", isWhole: true, description: "Tokens used" },
  "gantry.code_edit_tool.decision": {
    unit: "{decision}",
    isWhole: true,
    description: "Calls of editing tools that were allowed or refused",
  },
  "gantry.active_time.total": { unit: "s", description: "Time at work, without the time spent waiting for a person" },
  "gen_ai.client.token.usage": { unit: "{token}", description: "Tokens of each request", bounds: powers(4, 1, 14) },
  "gen_ai.client.operation.duration": {
    unit: "s",
    description: "Time of each request to a model",
    bounds: powers(2, 0.01, 14),
  },
};

/** Adds to a counter, or notes a value for a histogram. */
type Note = (value: number, attributes: Attributes) => void;

export function createInstruments(meter: Meter): Readonly<Record<InstrumentName, Note>> {
  const made = Object.entries(INSTRUMENTS).map(([name, instrument]) => [name, createNote(meter, name, instrument)]);
  return Object.fromEntries(made);
}

function createNote(meter: Meter, name: string, { unit, description, isWhole, bounds }: Instrument): Note {
  if (bounds) {
    const histogram = meter.createHistogram(name, { unit, description, advice: { explicitBucketBoundaries: bounds } });
    return (value, attributes) => histogram.record(value, attributes, ROOT_CONTEXT);
  }
  const valueType = isWhole ? ValueType.INT : ValueType.DOUBLE;
  const counter = meter.createCounter(name, { unit, description, valueType });
  return (value, attributes) => counter.add(value, attributes, ROOT_CONTEXT);
}
