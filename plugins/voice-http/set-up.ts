/** What the person has set up: an address, a model, a key. From their own settings and environment, and from no project. */
import { join } from "node:path";
import {
  type FormPanel,
  type FormValue,
  type HostInfo,
  type JsonObject,
  type Secrets,
  type Settings,
  type SpeechMode,
  z,
} from "gantry/sdk";
import { writeSettings } from "gantry/sdk/kit/settings-write";
import { visibleLine } from "gantry/sdk/kit/visible";
import { addressProblem, type Endpoint } from "./transcribe.ts";

const SECRET = "voice:key";
const USUAL_MODEL = "whisper-1";

const voiceSchema = z.object({
  mode: z.enum(["hold", "tap", "off"]).optional(),
  url: z.string().optional(),
  model: z.string().optional(),
  language: z.string().optional(),
});
type VoiceSettings = z.infer<typeof voiceSchema>;

export interface SetUpParts {
  readonly settings: Settings;
  readonly secrets: Secrets | undefined;
  readonly host: HostInfo;
}

/** Sound and a key go where this says, so a folder has no say in it. */
export function voiceSettings(settings: Settings): VoiceSettings {
  const own = settings.layers("voice", voiceSchema).filter(({ layer }) => layer !== "project" && layer !== "local");
  return Object.assign({}, ...own.map(({ value }) => value).reverse()) as VoiceSettings;
}

export function modeOf(settings: Settings): SpeechMode {
  return voiceSettings(settings).mode ?? "off";
}

/** Where recordings go; a sentence when that is not set up, or not safe. */
export async function endpointOf(parts: SetUpParts): Promise<Endpoint | string> {
  const { url, model = USUAL_MODEL, language } = voiceSettings(parts.settings);
  if (!url) return "Nothing writes down what is said: /voice setup names an address that does.";
  const problem = addressProblem(url);
  if (problem !== undefined) return problem;
  return { url, model, language, key: (await keyOf(parts))?.key };
}

async function keyOf({
  host,
  secrets,
}: SetUpParts): Promise<{ readonly key: string; readonly from: string } | undefined> {
  const { GANTRY_VOICE_KEY: given } = host.env;
  if (given) return { key: given, from: "GANTRY_VOICE_KEY" };
  const kept = await secrets?.get(SECRET);
  return kept ? { key: kept, from: "kept" } : undefined;
}

/** What is set up, without the key. */
export async function setUpLines(parts: SetUpParts): Promise<readonly (readonly [string, string])[]> {
  const { mode = "off", url, model = USUAL_MODEL, language } = voiceSettings(parts.settings);
  const key = await keyOf(parts);
  return [
    ["mode", mode],
    ["address", url === undefined ? "none" : visibleLine(url, 200)],
    ["model", visibleLine(model, 80)],
    ["language", language === undefined ? "whichever is spoken" : visibleLine(language, 40)],
    ["key", key?.from ?? "none"],
  ];
}

/** Writes into the person's settings; gives the file. */
export async function writeVoice({ host }: SetUpParts, change: JsonObject): Promise<string> {
  const file = join(host.claudeFolder, "settings.json");
  await writeSettings(file, (current) => {
    const before = typeof current.voice === "object" && !Array.isArray(current.voice) ? current.voice : {};
    const voice = Object.entries({ ...before, ...change }).filter(([, value]) => value !== "");
    return { ...current, voice: Object.fromEntries(voice) };
  });
  return file;
}

export function setUpForm(parts: SetUpParts): FormPanel {
  const { url, model = USUAL_MODEL, language } = voiceSettings(parts.settings);
  const message = `An address that takes POST /audio/transcriptions, such as http://127.0.0.1:8000/v1. What is spoken goes there, and nowhere else.`;
  return {
    type: "form",
    title: "Voice",
    message,
    text: `${message}\nWithout a form: put "voice": { "url": "…", "model": "…", "language": "…" } into ${join(parts.host.claudeFolder, "settings.json")}, and a key into GANTRY_VOICE_KEY.`,
    fields: [
      {
        name: "url",
        title: "Address",
        type: "text",
        format: "uri",
        isRequired: true,
        ...(url !== undefined && { default: url }),
      },
      { name: "model", title: "Model", type: "text", isRequired: true, default: model },
      {
        name: "language",
        title: "Language",
        description: "Such as en or de; empty: whichever is spoken.",
        type: "text",
        isRequired: false,
        ...(language !== undefined && { default: language }),
      },
      {
        name: "key",
        title: "Key",
        description: "Kept with your other secrets; empty: as it is.",
        type: "text",
        isRequired: false,
      },
    ],
    submit: (values) => save(parts, values),
  };
}

async function save(parts: SetUpParts, values: Readonly<Record<string, FormValue>>): Promise<string> {
  const { url = "", model = USUAL_MODEL, language = "", key = "" } = values as Record<string, string>;
  const problem = addressProblem(url);
  if (problem !== undefined) throw new Error(problem);
  if (key !== "" && !parts.secrets) throw new Error("Nothing keeps secrets here: put the key into GANTRY_VOICE_KEY.");
  if (key !== "") await parts.secrets?.set(SECRET, key);
  const file = await writeVoice(parts, { url, model, language });
  return `Saved in ${file}.${key === "" ? "" : ` ${(await parts.secrets?.place())?.text ?? ""}`} /voice try shows whether it works.`;
}
