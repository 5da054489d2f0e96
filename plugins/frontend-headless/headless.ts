import {
  type FrontendHost,
  isGantryError,
  type Notice,
  PluginError,
  type Session,
  type Setup,
  type z,
} from "gantry/sdk";
import { leftOutNotice } from "gantry/sdk/kit/claims";
import type { frontendHeadless } from "./index.ts";
import { createOutput, type Output } from "./output.ts";
import { failedResult } from "./result.ts";
import { count, createTally } from "./tally.ts";
import { isSuccess, jsonLine, VIEWS } from "./view.ts";

const EXIT = { ok: 0, failed: 1, interrupted: 130, deserted: 141, terminated: 143 } as const;

const setup: Setup<typeof frontendHeadless> = ({ config, use }) => ({
  frontends: {
    async headless(host) {
      const prompt = promptOf(host, config);
      let session: Session | undefined;
      const interrupt = () => void session?.interrupt();
      const output = createOutput(host.stdout, interrupt);
      session = await open(host, config, output);

      const notices = await noticesOf(host);
      const view = VIEWS[config.outputFormat]({ ...use, host, notices, session, output });
      const tally = createTally();
      host.signal.addEventListener("abort", interrupt, { once: true });
      try {
        for await (const event of session.send(prompt)) {
          count(tally, event);
          view.event(event);
          if (host.signal.aborted || output.isDeserted) interrupt();
        }
        // Ctrl-C ends the turn, which has a result; a run that is ended from outside has none and can be resumed.
        const isInterrupted = host.signal.reason === "SIGINT";
        const isTerminated = host.signal.aborted && !isInterrupted;
        if (tally.end && !isTerminated) view.end(tally.end, tally);
        await output.end();
        if (isTerminated) return EXIT.terminated;
        if (output.isDeserted) return EXIT.deserted;
        if (isInterrupted) return EXIT.interrupted;
        return tally.end && isSuccess(tally.end) ? EXIT.ok : EXIT.failed;
      } finally {
        host.signal.removeEventListener("abort", interrupt);
        await session.close();
      }
    },
  },
});

export default setup;

type Config = z.output<typeof frontendHeadless.config>;

function promptOf(host: FrontendHost, config: Config): string {
  if (config.inputFormat !== "text") {
    throw new PluginError(
      "GANTRY_HEADLESS_INPUT",
      `--input-format ${config.inputFormat} is not supported yet.`,
      "Give the prompt as text, as argument or on standard input.",
    );
  }
  if (config.outputFormat === "stream-json" && !host.isVerbose) {
    throw new PluginError(
      "GANTRY_HEADLESS_VERBOSE",
      "--output-format stream-json tells every step, and so needs --verbose.",
      "Add --verbose, or use --output-format json for the result alone.",
    );
  }
  if (!host.prompt?.trim()) {
    throw new PluginError(
      "GANTRY_HEADLESS_PROMPT",
      "The prompt is empty.",
      'Give it as argument or on standard input: gantry -p "What does this project do?"',
    );
  }
  return host.prompt;
}

/** With what is left out of an untrusted folder: nobody can be asked about it. */
async function noticesOf(host: FrontendHost): Promise<readonly Notice[]> {
  const left = leftOutNotice(await host.untrusted());
  return left ? [...host.notices, left] : host.notices;
}

/** A session that cannot be opened is a result too, for whoever reads results. */
async function open(host: FrontendHost, config: Config, output: Output): Promise<Session> {
  try {
    return await host.open({ isInteractive: false });
  } catch (cause) {
    if (config.outputFormat !== "text" && isGantryError(cause)) {
      output.write(jsonLine(failedResult(cause.message)));
      await output.end();
    }
    throw cause;
  }
}
