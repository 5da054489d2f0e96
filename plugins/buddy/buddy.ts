import { type Block, messageOf, type SessionEvent, type Setup } from "gantry/sdk";
import { realClock } from "gantry/sdk/kit/clock";
import { didYouMean } from "gantry/sdk/kit/nearest";
import { pagePanel } from "gantry/sdk/kit/panels";
import { visibleLine } from "gantry/sdk/kit/visible";
import { creatureOf, type Mood } from "./creature.ts";
import type { buddy } from "./index.ts";
import { type Happening, happeningOf, moodOf, reasonsOf } from "./mood.ts";
import { noting, type State, stateFile } from "./state.ts";

const WORDS = ["hatch", "pet", "feed", "mood", "name", "off"] as const;
const LONGEST_NAME = 20;

const setup: Setup<typeof buddy> = ({ host, contribute, log }) => {
  const creature = creatureOf(host.home);
  const file = stateFile(host.stateFolder);
  let state = read();
  let isHearing = false;

  return {
    commands: {
      buddy: {
        run: async (args) => {
          state = file.read();
          const [word = "", ...rest] = args.trim().split(/\s+/);
          if (word === "") return state ? look(state) : { panel: await egg() };
          if (!(WORDS as readonly string[]).includes(word)) {
            return `"${visibleLine(word, 40)}" is nothing that /buddy does.${didYouMean(word, WORDS)} It takes: ${WORDS.join(", ")}.`;
          }
          if (word === "hatch") return hatch();
          if (!state) return "It has not hatched yet: /buddy hatch";
          return does(state, word, rest.join(" "));
        },
        complete: (args) => WORDS.filter((one) => one.startsWith(args)).map((one) => ({ args: one })),
      },
    },
    statusItems: {
      buddy: async () => {
        if (!state?.isShown) return undefined;
        await hear();
        return [{ text: `${creature.face(mood(state))} ${nameOf(state)}`, tone: "dim" }];
      },
    },
    taps: {
      event: {
        only: ["tool_end", "denied", "turn_end"],
        handler: (event: SessionEvent) => {
          const what = state?.isShown ? happeningOf(event) : undefined;
          if (what) note(what);
        },
      },
    },
  };

  function read(): State | undefined {
    try {
      return file.read();
    } catch (thrown) {
      log(messageOf(thrown));
      return undefined;
    }
  }

  /** Taps come with a generation of their own: before it is hatched there are none. */
  async function hear(): Promise<void> {
    if (isHearing) return;
    isHearing = true;
    await contribute({});
  }

  async function hatch(): Promise<string> {
    const now = realClock.now();
    const isNew = !state;
    state = state ? { ...state, isShown: true } : { isShown: true, hatchedAt: now, fedAt: now, noted: [] };
    file.write(state);
    await hear();
    const name = nameOf(state);
    return [
      ...creature.drawn("happy"),
      "",
      isNew ? `A ${creature.species} has hatched. It is called ${name}.` : `${name} is back.`,
    ].join("\n");
  }

  function does(now: State, word: string, rest: string) {
    const name = nameOf(now);
    switch (word) {
      case "pet":
        note("petted");
        return `${creature.face("happy")} ${name} likes that.`;
      case "feed":
        note("fed");
        return `${creature.face("happy")} ${name} has eaten.`;
      case "off":
        keep({ ...now, isShown: false });
        return `${name} sleeps, and is out of the status line. /buddy hatch wakes it.`;
      case "mood":
        return `${creature.face(mood(now))} ${name} is ${mood(now)}. ${because(now)}`;
      default:
        return rename(now, rest);
    }
  }

  function rename(now: State, given: string): string {
    const name = visibleLine(given, LONGEST_NAME + 1);
    if (name === "") return `It is called ${nameOf(now)}. /buddy name <name> calls it something else.`;
    if ([...name].length > LONGEST_NAME) return `A name has at most ${LONGEST_NAME} characters.`;
    keep({ ...now, name });
    return `It is called ${name} now.`;
  }

  /** What happens is written at once: another session may have the same companion. */
  function note(what: Happening): void {
    const at = realClock.now();
    const before = read() ?? state;
    if (!before) return;
    keep(noting({ ...before, ...(what === "fed" && { fedAt: at }) }, { what, at }));
  }

  function keep(next: State): void {
    state = next;
    file.write(next);
  }

  function nameOf({ name }: State): string {
    return name ?? creature.name;
  }

  function mood({ noted, fedAt }: State): Mood {
    const now = realClock.now();
    return moodOf({ noted, fedAt, now, hour: new Date(now).getHours() });
  }

  function because({ noted }: State): string {
    const reasons = reasonsOf(noted, realClock.now());
    return reasons.length ? `In the last two hours: ${reasons.join(", ")}.` : "Nothing has happened for a while.";
  }

  async function look(now: State) {
    const load = (): readonly Block[] => {
      const shown = state ?? now;
      const { traits } = creature;
      return [
        { type: "code", text: creature.drawn(mood(shown)).join("\n") },
        {
          type: "fields",
          fields: [
            { name: "name", value: nameOf(shown) },
            { name: "species", value: creature.species },
            { name: "mood", value: mood(shown) },
            { name: "hatched", value: new Date(shown.hatchedAt).toISOString().slice(0, 10) },
          ],
        },
        { type: "bars", max: 5, bars: Object.entries(traits).map(([label, value]) => ({ label, value })) },
        { type: "text", lines: [because(shown)] },
      ];
    };
    return { panel: await pagePanel({ title: nameOf(now), parts: [{ title: nameOf(now), load }], refreshMs: 5_000 }) };
  }
};

export default setup;

function egg() {
  const lines = ["  .-.  ", " /   \\ ", "|  .  |", " '---' "];
  const load = (): readonly Block[] => [
    { type: "code", text: lines.join("\n") },
    { type: "text", lines: ["An egg. /buddy hatch, and something lives in the status line."] },
  ];
  return pagePanel({ title: "Buddy", parts: [{ title: "Buddy", load }] });
}
