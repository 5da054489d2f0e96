import { definePlugin, lazy, Meter, manifest, z } from "gantry/sdk";

const rates = () =>
  z.object({
    input: z.number().nonnegative(),
    output: z.number().nonnegative(),
    cacheRead: z.number().nonnegative(),
    cacheWrite5m: z.number().nonnegative(),
    cacheWrite1h: z.number().nonnegative(),
  });

/** Dollars per million tokens; other rates may hold for requests whose prompt is longer than `above` tokens. */
const price = () => rates().extend({ longPrompt: rates().extend({ above: z.number().int().positive() }).optional() });

export type Price = z.infer<ReturnType<typeof price>>;

export const usageMeter = manifest({
  name: "usage-meter",
  description: "Counts tokens, requests, time and money, by model.",
  config: () =>
    z.object({
      prices: z
        .record(z.string(), price())
        .default({})
        .describe("more prices, by model id or provider/id; a key that ends in * stands for all that begin so"),
    }),
  provides: { meter: Meter },
  taps: { event: { only: ["agent"] } },
});

export default definePlugin(
  usageMeter,
  lazy(() => import("./usage-meter.ts")),
);
