import type { Pty } from "../pty.ts";
import { type Changing, type Run, readScreen, rowText, type Screen, screenText } from "./screen.ts";

/** A screen, and for how long it is to be seen: no clock has a part in it. */
export interface Shot {
  readonly screen: Screen;
  readonly seconds: number;
  /** What it is called, where a test looks at it. */
  readonly name?: string;
}

export interface Recorder {
  readonly shots: readonly Shot[];
  /** Waits until the screen holds the text and rests, and keeps it. */
  see(text: string | RegExp, seconds: number, name?: string): Promise<void>;
  /** Types as a person does, a few signs at a time. */
  type(text: string): Promise<void>;
  /** Presses a key after what is there was seen; a question heeds no key that comes too soon. */
  press(key: string): Promise<void>;
}

export interface RecorderOptions {
  readonly columns: number;
  readonly rows: number;
  readonly changing: Changing;
}

const PATIENCE_MS = 20_000;
const GLANCE_MS = 15;
const RESTING_GLANCES = 6;
const SIGNS_AT_ONCE = 3;
const SECONDS_A_SIGN = 0.045;
const STEPS = ["·", "✢", "✳", "✶", "✻", "✽", "✻", "✶", "✳", "✢"];
const SECONDS_A_STEP = 0.15;

export function createRecorder(terminal: Pty, options: RecorderOptions): Recorder {
  const shots: Shot[] = [];
  const look = () => readScreen(terminal.buffer(), options, options.changing, isCursorShown(terminal.raw()));

  /** The screen that holds this, once nothing moves. */
  async function rested(holds: (text: string) => boolean, what: string): Promise<Screen> {
    const end = Date.now() + PATIENCE_MS;
    let before = "";
    let since = 0;
    for (;;) {
      const screen = look();
      const now = JSON.stringify(screen);
      since = now === before && holds(screenText(screen)) ? since + 1 : 0;
      if (since >= RESTING_GLANCES) return screen;
      before = now;
      if (Date.now() > end) throw new Error(`${what} was not seen. The screen:\n${screenText(screen)}`);
      await new Promise((resolve) => setTimeout(resolve, GLANCE_MS));
    }
  }

  /** The sign of what is at work moves on by the recording's own time; nothing else tells how long a moment took. */
  function keepMoving(screen: Screen, seconds: number) {
    const steps = Math.ceil(seconds / SECONDS_A_STEP);
    for (let step = 0; step < steps; step++) {
      const sign = STEPS[Math.floor(lengthOf(shots) / SECONDS_A_STEP) % STEPS.length] as string;
      keep(turned(screen, sign), seconds / steps);
    }
  }

  function keep(screen: Screen, seconds: number, name?: string) {
    const last = shots.at(-1);
    if (last && !name && JSON.stringify(last.screen) === JSON.stringify(screen)) {
      shots[shots.length - 1] = { ...last, seconds: last.seconds + seconds };
    } else shots.push({ screen, seconds, ...(name && { name }) });
  }

  return {
    shots,
    async see(text, seconds, name) {
      const holds = (all: string) => (typeof text === "string" ? all.includes(text) : text.test(all));
      const screen = await rested(holds, String(text));
      if (name || !isMoving(screen)) keep(screen, seconds, name);
      else keepMoving(screen, seconds);
    },
    async type(text) {
      let typed = "";
      for (const piece of text.match(new RegExp(`.{1,${SIGNS_AT_ONCE}}`, "gsu")) ?? []) {
        terminal.type(piece);
        typed += piece;
        const shown = typed.trimEnd().slice(-40);
        keep(await rested((all) => all.includes(shown), shown), piece.length * SECONDS_A_SIGN);
      }
    },
    async press(key) {
      await terminal.quiet();
      terminal.press(key);
    },
  };
}

const isCursorShown = (raw: string) => raw.lastIndexOf("\u001b[?25h") >= raw.lastIndexOf("\u001b[?25l");

const lengthOf = (shots: readonly Shot[]) => shots.reduce((sum, { seconds }) => sum + seconds, 0);

const AT_WORK = /^✻ \w+… \(Esc/;

const isMoving = ({ rows }: Screen) => rows.some((row) => AT_WORK.test(rowText(row)));

function turned({ rows, cursor }: Screen, sign: string): Screen {
  const turn = ([first, ...rest]: readonly Run[]) =>
    first ? [{ ...first, text: sign + first.text.slice(1) }, ...rest] : [];
  return { rows: rows.map((row) => (AT_WORK.test(rowText(row)) ? turn(row) : row)), cursor };
}
