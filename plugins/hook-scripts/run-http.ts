import { type Settings, z } from "gantry/sdk";
import { matchText } from "gantry/sdk/kit/stars";
import type { Ended } from "./answer.ts";
import type { HandlerOf } from "./handlers.ts";
import { type Means, type Run, withinTime } from "./job.ts";

const MAX_BYTES = 8 * 1024 * 1024;

/** Posts the event; a 2xx with a JSON object, or with nothing, is an answer. */
export function createRunHttp({ http, host, settings, clock }: Means): Run<"http"> {
  return async (job) => {
    if (!http) return { failure: "could not be asked: no plugin speaks HTTP" };
    const { url } = job.handler;
    const allowed = personal(settings, "allowedHttpHookUrls");
    if (allowed && !allowed.some((pattern) => matchText(pattern, url))) {
      return { failure: "may not be asked: allowedHttpHookUrls does not name its address" };
    }
    const headers = { "content-type": "application/json", ...headersOf(job.handler, settings, host.env) };
    return withinTime(job, clock, async (signal): Promise<Ended> => {
      const response = await (await http()).request({
        method: "POST",
        url,
        headers,
        body: job.text,
        signal,
        headersTimeoutMs: job.timeoutMs,
      });
      const body = (await response.text(MAX_BYTES)).trim();
      if (response.status < 200 || response.status > 299)
        return { failure: `answered with HTTP status ${response.status}` };
      const isObject = body === "" || (body.startsWith("{") && body.endsWith("}"));
      return isObject ? { exitCode: 0, stdout: body, stderr: "" } : { failure: "answered with no JSON object" };
    });
  };
}

/** `$NAME` and `${NAME}` stand for variables that the hook names and the person lets out; any other is empty. */
function headersOf(
  { headers = {}, allowedEnvVars = [] }: HandlerOf<"http">,
  settings: Settings,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const policy = personal(settings, "httpHookAllowedEnvVars");
  const mayLeave = (name: string) => allowedEnvVars.includes(name) && (!policy || policy.includes(name));
  const filled = (value: string) =>
    value.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced?: string, bare?: string) => {
      const name = braced ?? bare ?? "";
      return mayLeave(name) ? (env[name] ?? "") : "";
    });
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, filled(value)]));
}

/** A list that no folder may lengthen; `undefined` when nobody set it. */
function personal(settings: Settings, key: string): readonly string[] | undefined {
  const lists = settings
    .layers(key, z.array(z.string()))
    .filter(({ layer }) => layer !== "project" && layer !== "local");
  const managed = lists.filter(({ layer }) => layer === "managed");
  const counting = managed.length ? managed : lists;
  return counting.length ? counting.flatMap(({ value }) => value) : undefined;
}
