/** OTLP over HTTP: by the service `http`, and so by the proxies and within the limits of everything else. */
import type { Http } from "gantry/sdk";
import { within } from "gantry/sdk/kit/within";
import { MOST_BYTES, PASSING, refused, type Sender } from "./sender.ts";
import type { Target } from "./targets.ts";

const BODY_MS = 1_000;

export function createHttpSender(target: Target, http: Http, version: string): Sender {
  const { url, certificates } = target;
  const own = {
    "content-type": target.protocol === "http/json" ? "application/json" : "application/x-protobuf",
    "user-agent": `gantry/${version}`,
    ...(target.isCompressed && { "content-encoding": "gzip" }),
  };
  return {
    async send(body, headers, signal) {
      const request = { method: "POST", url, headers: { ...headers, ...own }, body, signal, certificates } as const;
      const response = await http.request(request);
      const { status } = response;
      // Read to its end, so that the connection can serve again; but what counts is the status.
      await within(BODY_MS, signal, () => response.text(MOST_BYTES)).catch(() => response.body.destroy());
      if (status >= 200 && status < 300) return { status: "success" };
      const refusal = refused(`status ${status}`, PASSING.has(status), Number(response.headers["retry-after"]) * 1_000);
      return { ...refusal, isUnwelcome: status === 401 || status === 403 };
    },
    close: () => undefined,
  };
}
