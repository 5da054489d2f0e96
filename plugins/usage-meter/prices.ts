import type { Usage } from "gantry/sdk";
import type { Price } from "./index.ts";
import builtIn from "./prices.json" with { type: "json" };

/** Looks a model's price up: the person's own prices first, and in each list the longest name that fits. */
export function priceList(own: Readonly<Record<string, Price>>): (model: string) => Price | undefined {
  return (model) => {
    const names = [model, model.slice(model.indexOf("/") + 1)];
    return longestFit(own, names) ?? longestFit(builtIn, names);
  };
}

/** Dollars of one request. */
export function cost(price: Price, usage: Usage): number {
  const prompt = usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens;
  const rates = price.longPrompt && prompt > price.longPrompt.above ? price.longPrompt : price;
  const writtenForAnHour = usage.cache_creation_1h_input_tokens ?? 0;
  const dollars =
    usage.input_tokens * rates.input +
    usage.output_tokens * rates.output +
    usage.cache_read_input_tokens * rates.cacheRead +
    (usage.cache_creation_input_tokens - writtenForAnHour) * rates.cacheWrite5m +
    writtenForAnHour * rates.cacheWrite1h;
  return dollars / 1_000_000;
}

function longestFit(prices: Readonly<Record<string, Price>>, names: readonly string[]): Price | undefined {
  let best: string | undefined;
  for (const key of Object.keys(prices)) {
    if (best !== undefined && key.length <= best.length) continue;
    if (names.some((name) => fits(key, name))) best = key;
  }
  return best === undefined ? undefined : prices[best];
}

// A version is never taken for another: what may follow a known name is a date or "latest", not a further number.
const RELEASE = /^[-@](\d{8}|\d{4}-\d{2}-\d{2}|latest)$/;

function fits(key: string, name: string): boolean {
  if (key.endsWith("*")) return name.startsWith(key.slice(0, -1));
  return name === key || (name.startsWith(key) && RELEASE.test(name.slice(key.length)));
}
