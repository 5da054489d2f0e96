/** Has a recording written down by an endpoint that takes it as OpenAI's does. */
import { randomUUID } from "node:crypto";
import { type Http, PluginError, z } from "gantry/sdk";
import { visible, visibleLine } from "gantry/sdk/kit/visible";

export interface Endpoint {
  /** What `/audio/transcriptions` is put behind. */
  readonly url: string;
  readonly model: string;
  readonly language: string | undefined;
  readonly key: string | undefined;
}

const MOST_BYTES = 1024 * 1024;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

const answerSchema = z.object({ text: z.string() });

/** Why nothing may be sent to an address; `undefined`: it may. */
export function addressProblem(url: string): string | undefined {
  if (!URL.canParse(url)) return `"${visibleLine(url, 200)}" is no address.`;
  const { protocol, hostname, username } = new URL(url);
  if (username) return "A key does not belong in the address.";
  const isSafe = protocol === "https:" || (protocol === "http:" && LOOPBACK.test(hostname));
  return isSafe ? undefined : "What is spoken goes to https: addresses alone, or to http: on this machine.";
}

/** What was said. Rejects with `GANTRY_SPEECH_REFUSED` or `GANTRY_SPEECH_ANSWER`, or as {@link Http} does. */
export async function transcribe(
  http: Http,
  sound: Buffer,
  { url, model, language, key }: Endpoint,
  signal: AbortSignal,
): Promise<string> {
  const boundary = `gantry-${randomUUID()}`;
  const response = await http.request({
    method: "POST",
    url: `${url.replace(/\/+$/, "")}/audio/transcriptions`,
    headers: {
      "content-type": `multipart/form-data; boundary=${boundary}`,
      accept: "application/json",
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    },
    body: bodyOf(boundary, { model, response_format: "json", ...(language !== undefined && { language }) }, sound),
    signal,
  });
  const text = await response.text(MOST_BYTES);
  if (response.status !== 200) throw refused(url, response.status, text);
  return textIn(url, text);
}

function bodyOf(boundary: string, fields: Readonly<Record<string, string>>, sound: Buffer): readonly Uint8Array[] {
  const part = (head: string) => Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; ${head}\r\n`);
  return [
    ...Object.entries(fields).map(([name, value]) =>
      Buffer.concat([part(`name="${name}"`), Buffer.from(`\r\n${value}\r\n`)]),
    ),
    part('name="file"; filename="speech.wav"'),
    Buffer.from("content-type: audio/wav\r\n\r\n"),
    sound,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ];
}

function textIn(url: string, text: string): string {
  try {
    return visible(answerSchema.parse(JSON.parse(text)).text).trim();
  } catch (cause) {
    throw new PluginError(
      "GANTRY_SPEECH_ANSWER",
      `${hostOf(url)} answered something else than what was said: ${visibleLine(text, 200) || "nothing"}.`,
      "See whether the address is that of an endpoint for transcriptions: /voice setup",
      cause,
    );
  }
}

function refused(url: string, status: number, text: string): PluginError {
  const why = visibleLine(text, 200);
  return new PluginError(
    "GANTRY_SPEECH_REFUSED",
    `${hostOf(url)} did not write it down (HTTP ${status})${why ? `: ${why}` : ""}.`,
    status === 401 || status === 403
      ? "Set its key: /voice setup, or GANTRY_VOICE_KEY."
      : "See /voice for what is set up.",
  );
}

function hostOf(url: string): string {
  return new URL(url).host;
}
