/** The microphone, by whichever program of the machine can listen to it: samples come through a pipe, and no file holds them. */
import { type Exec, type ExecProcess, isGantryError, PluginError } from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";

const RATE = 16_000;
const BYTES_A_SECOND = RATE * 2;
const GRACE_MS = 1_000;
const LONGEST_COMPLAINT = 300;

/** One channel of 16 bits, little end first, on standard output. */
const RECORDERS: readonly { readonly file: string; readonly args: readonly string[] }[] = [
  { file: "arecord", args: ["-q", "-t", "raw", "-f", "S16_LE", "-r", `${RATE}`, "-c", "1"] },
  { file: "rec", args: ["-q", "-t", "raw", "-e", "signed-integer", "-b", "16", "-r", `${RATE}`, "-c", "1", "-"] },
  { file: "sox", args: ["-q", "-d", "-t", "raw", "-e", "signed-integer", "-b", "16", "-r", `${RATE}`, "-c", "1", "-"] },
  { file: "parecord", args: ["--raw", "--format=s16le", `--rate=${RATE}`, "--channels=1"] },
  {
    file: "ffmpeg",
    args: ["-loglevel", "error", "-f", "pulse", "-i", "default", "-f", "s16le", "-ac", "1", "-ar", `${RATE}`, "-"],
  },
];

export interface Sound {
  /** Resolves when the program has ended, told to or not. */
  readonly ended: Promise<void>;
  /** Ends it; the samples so far, as a WAV. Rejects with `GANTRY_SPEECH_SILENT` when there are none. */
  finish(): Promise<Buffer>;
  /** Ends it. */
  cancel(): Promise<void>;
}

/** Begins to record with the first program that there is. Rejects with `GANTRY_SPEECH_RECORDER` where there is none. */
export async function recordSound(exec: Exec, cwd: string, longestMs: number): Promise<Sound> {
  const most = Math.round((longestMs / 1_000) * BYTES_A_SECOND);
  for (const { file, args } of RECORDERS) {
    const chunks: Uint8Array[] = [];
    let [size, complaint] = [0, ""];
    const onOutput = (chunk: Uint8Array, stream: "stdout" | "stderr") => {
      if (stream === "stderr")
        complaint = (complaint + Buffer.from(chunk).toString("utf8")).slice(-LONGEST_COMPLAINT * 4);
      else if (size < most) {
        const kept = chunk.subarray(0, most - size);
        chunks.push(Uint8Array.from(kept));
        size += kept.length;
        if (size >= most) void program?.kill(GRACE_MS);
      }
    };
    const program = await startIfThere(exec, { file, args, cwd, onOutput });
    if (!program) continue;
    return {
      ended: program.exited.then(() => undefined),
      async finish() {
        await program.kill(GRACE_MS);
        await program.exited;
        if (size < 2) throw silent(file, complaint);
        return wavOf(Buffer.concat(chunks));
      },
      cancel: () => program.kill(GRACE_MS),
    };
  }
  throw new PluginError(
    "GANTRY_SPEECH_RECORDER",
    `There is no program here that records: ${RECORDERS.map(({ file }) => file).join(", ")}.`,
    "Install one of them, such as alsa-utils or sox.",
  );
}

async function startIfThere(exec: Exec, spec: Parameters<Exec["start"]>[0]): Promise<ExecProcess | undefined> {
  try {
    return await exec.start(spec);
  } catch (thrown) {
    if (isGantryError(thrown) && thrown.code === "GANTRY_EXEC_ABSENT") return undefined;
    throw thrown;
  }
}

function silent(file: string, complaint: string): PluginError {
  const why = visibleLine(complaint, LONGEST_COMPLAINT);
  return new PluginError(
    "GANTRY_SPEECH_SILENT",
    `${file} recorded nothing${why ? `: ${why.replace(/\.$/, "")}` : ""}.`,
    "See whether there is a microphone, and whether programs may use it.",
  );
}

/** Samples with the header that says what they are. */
function wavOf(samples: Buffer): Buffer {
  const header = Buffer.alloc(44);
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(36 + samples.length, 4);
  header.write("WAVEfmt ", 8, "latin1");
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(BYTES_A_SECOND, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36, "latin1");
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}
