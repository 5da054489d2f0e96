import { isGantryError, PluginError, type Recording, type Setup } from "gantry/sdk";
import { realClock } from "gantry/sdk/kit/clock";
import { didYouMean } from "gantry/sdk/kit/nearest";
import { pagePanel } from "gantry/sdk/kit/panels";
import { visibleLine } from "gantry/sdk/kit/visible";
import type { voiceHttp } from "./index.ts";
import { recordSound, type Sound } from "./recorder.ts";
import { endpointOf, modeOf, setUpForm, setUpLines, writeVoice } from "./set-up.ts";
import { transcribe } from "./transcribe.ts";

const WORDS = ["hold", "tap", "off", "setup", "try", "status"] as const;

const setup: Setup<typeof voiceHttp> = ({ config, use, host, scope }) => {
  const parts = { settings: use.settings, secrets: use.secrets, host };
  let current: Sound | undefined;
  let isStarting = false;
  scope.own(() => current?.cancel());

  return {
    services: {
      speech: { mode: () => modeOf(use.settings), problem, record },
    },
    commands: {
      voice: {
        async run(args) {
          const word = args.trim().toLowerCase() || "status";
          switch (word) {
            case "hold":
            case "tap":
            case "off":
              return choose(word);
            case "setup":
              return { panel: setUpForm(parts) };
            case "try":
              return tryOut();
            case "status":
              return { panel: await status() };
            default:
              return `"${visibleLine(word, 40)}" is nothing that /voice does.${didYouMean(word, WORDS)} It takes: ${WORDS.join(", ")}.`;
          }
        },
        complete: (args) => WORDS.filter((one) => one.startsWith(args)).map((one) => ({ args: one })),
      },
    },
  };

  async function problem(): Promise<string | undefined> {
    const endpoint = await endpointOf(parts);
    return typeof endpoint === "string" ? endpoint : undefined;
  }

  async function record(): Promise<Recording> {
    if (current || isStarting) {
      throw new PluginError("GANTRY_SPEECH_BUSY", "Something is being recorded already.", "End that first.");
    }
    isStarting = true;
    try {
      const endpoint = await endpointOf(parts);
      if (typeof endpoint === "string") throw new PluginError("GANTRY_SPEECH_UNSET", endpoint, "/voice setup");
      const sound = await recordSound(use.exec, host.cwd, config.longestMs);
      current = sound;
      const forget = () => {
        if (current === sound) current = undefined;
      };
      return {
        ended: sound.ended,
        async finish(signal) {
          forget();
          const late = AbortSignal.timeout(config.timeoutMs);
          return transcribe(use.http, await sound.finish(), endpoint, signal ? AbortSignal.any([signal, late]) : late);
        },
        async cancel() {
          forget();
          await sound.cancel();
        },
      };
    } finally {
      isStarting = false;
    }
  }

  async function choose(mode: "hold" | "tap" | "off"): Promise<string> {
    const file = await writeVoice(parts, { mode });
    if (mode === "off") return `Voice is off. Saved in ${file}.`;
    const missing = await problem();
    const how =
      mode === "hold"
        ? "Speak while you hold the space bar."
        : "The space bar begins and ends it, where nothing is typed.";
    return [how, `Saved in ${file}.`, ...(missing === undefined ? [] : [missing])].join(" ");
  }

  async function tryOut(): Promise<string> {
    try {
      const recording = await record();
      const over = new AbortController();
      void recording.ended.then(() => over.abort());
      await realClock.sleep(config.tryMs, AbortSignal.any([scope.signal, over.signal]));
      const said = await recording.finish();
      return said === "" ? "Nothing was understood." : `Understood: ${said}`;
    } catch (thrown) {
      if (!isGantryError(thrown)) throw thrown;
      return [thrown.message, thrown.remedy].filter(Boolean).join(" ");
    }
  }

  async function status() {
    const load = async () => {
      const missing = await problem();
      return [
        { type: "fields" as const, fields: (await setUpLines(parts)).map(([name, value]) => ({ name, value })) },
        { type: "text" as const, lines: [missing ?? "Ready: /voice try shows whether it works."] },
      ];
    };
    return pagePanel({ title: "Voice", parts: [{ title: "Voice", load }] });
  }
};

export default setup;
