import type { Clock } from "gantry/sdk/kit/clock";
import { INSTRUMENTS, type Instrument, type InstrumentName } from "./instruments.ts";
import { type Attributes, type KeyValue, keyValues, nanoseconds, requestOf, type Sender } from "./otlp.ts";
import type { Source } from "./pump.ts";

/** Series of one instrument; what comes above that is counted together. */
const MOST_SERIES = 1_000;
const OVERFLOW: Attributes = { "otel.metric.overflow": true };

const DELTA = 1;
const CUMULATIVE = 2;

export interface Metrics extends Source {
  /** Adds to a counter, or notes a value for a histogram. */
  record(name: InstrumentName, value: number, attributes: Attributes): void;
}

/** What a series has come to: of a counter only the sum counts. */
interface Total {
  sum: number;
  count: number;
  readonly buckets: number[];
}

interface Series {
  readonly attributes: readonly KeyValue[];
  readonly total: Total;
  /** What of it has been sent. */
  sent: Total;
}

/** Adds up what is measured; as `isDelta`, each request says what has come since the last one that was taken. */
export function createMetrics(sender: Sender, clock: Clock, isDelta: boolean): Metrics {
  const started = clock.now();
  const instruments = new Map<InstrumentName, Map<string, Series>>();
  let sentAt = started;

  function seriesOf(name: InstrumentName, attributes: Attributes): Series {
    const all = instruments.get(name) ?? new Map<string, Series>();
    instruments.set(name, all);
    const key = JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
    const known = all.get(key);
    if (known) return known;
    if (all.size >= MOST_SERIES && attributes !== OVERFLOW) return seriesOf(name, OVERFLOW);
    const made = {
      attributes: keyValues(attributes),
      total: nothing(INSTRUMENTS[name]),
      sent: nothing(INSTRUMENTS[name]),
    };
    all.set(key, made);
    return made;
  }

  return {
    record(name, value, attributes) {
      const { bounds } = INSTRUMENTS[name];
      const { total } = seriesOf(name, attributes);
      total.sum += value;
      total.count++;
      const at = bounds?.findIndex((bound) => value <= bound) ?? 0;
      const bucket = at < 0 ? total.buckets.length - 1 : at;
      total.buckets[bucket] = (total.buckets[bucket] ?? 0) + 1;
    },

    take() {
      const now = clock.now();
      const span = { startTimeUnixNano: nanoseconds(isDelta ? sentAt : started), timeUnixNano: nanoseconds(now) };
      const taken: [Series, Total][] = [];
      const metrics = [...instruments].flatMap(([name, all]) => {
        const points = [...all.values()].flatMap((series) => {
          const total = copy(series.total);
          const value = isDelta ? less(total, series.sent) : total;
          if (isDelta && value.count === 0) return [];
          taken.push([series, total]);
          return [{ attributes: series.attributes, ...span, ...pointOf(INSTRUMENTS[name], value) }];
        });
        return points.length ? [metricOf(name, points, isDelta ? DELTA : CUMULATIVE)] : [];
      });
      if (!metrics.length) return undefined;
      return {
        request: requestOf("metrics", metrics, sender),
        isMore: false,
        settle({ kind }) {
          if (kind === "later") return;
          for (const [series, total] of taken) series.sent = total;
          sentAt = now;
        },
      };
    },
  };
}

function nothing({ bounds }: Instrument): Total {
  return { sum: 0, count: 0, buckets: Array.from({ length: (bounds?.length ?? 0) + 1 }, () => 0) };
}

function copy({ sum, count, buckets }: Total): Total {
  return { sum, count, buckets: [...buckets] };
}

function less(total: Total, sent: Total): Total {
  const buckets = total.buckets.map((count, index) => count - (sent.buckets[index] ?? 0));
  return { sum: total.sum - sent.sum, count: total.count - sent.count, buckets };
}

function pointOf({ bounds, isWhole }: Instrument, { sum, count, buckets }: Total): object {
  if (!bounds) return isWhole ? { asInt: String(Math.round(sum)) } : { asDouble: sum };
  return { count: String(count), sum, bucketCounts: buckets.map(String), explicitBounds: bounds };
}

function metricOf(name: InstrumentName, dataPoints: readonly object[], aggregationTemporality: number): object {
  const { unit, description, bounds }: Instrument = INSTRUMENTS[name];
  const data = { dataPoints, aggregationTemporality };
  return { name, description, unit, ...(bounds ? { histogram: data } : { sum: { ...data, isMonotonic: true } }) };
}
