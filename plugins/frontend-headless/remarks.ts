import type { FrontendHost, Notice, SessionEvent } from "gantry/sdk";
import { visible } from "gantry/sdk/kit/visible";
import { faultText } from "./lines.ts";

/** Tells on standard error what stands beside the answer: what is wrong, and why it takes
 * so long, always; every step, to whoever wants to know. */
export function remarks(host: FrontendHost, notices: readonly Notice[]): (event: SessionEvent) => void {
  const say = (text: string) => void host.stderr.write(`${visible(text)}\n`);
  const notice = ({ level, text }: Notice) => {
    if (host.isVerbose || level !== "info") say(text);
  };
  for (const one of notices) notice(one);
  return (event) => {
    if (event.type === "notice") notice(event.notice);
    else if (event.type === "fault") say(faultText(event.fault));
    else if (event.type === "retry")
      say(`${event.failure.message} Attempt ${event.attempt + 1} in ${event.delayMs} ms.`);
    else if (event.type === "denied" && host.isVerbose)
      say(`${event.call.tool.name} was not allowed: ${event.verdict.reason ?? "nobody allowed it"}.`);
  };
}
