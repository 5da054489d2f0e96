import { perSession, type SessionView, type Setup, z } from "gantry/sdk";
import { managedFolder } from "gantry/sdk/kit/managed-folder";
import { visibleLine } from "gantry/sdk/kit/visible";
import { DEFAULT } from "./built-in.ts";
import { choosing } from "./choose.ts";
import { chosenIn } from "./chosen.ts";
import type { outputStyles } from "./index.ts";
import { createShelf } from "./shelf.ts";
import { isNamed, type Style } from "./style.ts";
import { notApproved, unknown } from "./words.ts";

/** What is known of a session. */
interface State {
  /** What the settings said when it began. */
  readonly atStart: string;
  /** What was last asked for. */
  name?: string;
  style?: Promise<Style>;
  /** What came of it. */
  known?: Style | undefined;
}

/** The setup with the administrator's folder at another place: for tests alone. */
export function stylesFrom(managed: string): Setup<typeof outputStyles> {
  return ({ host, use: { files, trust, settings } }) => {
    const shelf = createShelf(host, files, trust, managed);
    const named = () => settings?.get("outputStyle", z.string()) ?? DEFAULT.name;
    /** A style stays as it was read, so that the prefix stays cached, until another one is chosen. */
    const states = perSession((): State => ({ atStart: named() }));

    const current = (session: SessionView) => chosenIn(session) ?? states(session).atStart;

    function styleOf(session: SessionView): Promise<Style> {
      const state = states(session);
      const name = current(session);
      if (!state.style || state.name !== name) {
        state.name = name;
        state.known = undefined;
        state.style = isNamed(DEFAULT, name) ? Promise.resolve(DEFAULT) : read(name, session);
      }
      return state.style;
    }

    async function read(name: string, session: SessionView): Promise<Style> {
      const { style, refused } = await shelf.find(name);
      const tell = (said: string) => session.notify({ level: "warning", plugin: "output-styles", text: said });
      const [first] = refused;
      if (first) tell(`${notApproved(first)} ${insteadOf(style)}`);
      else if (!style) tell(`${unknown(name, await shelf.all())} The default counts.`);
      return style ?? DEFAULT;
    }

    return {
      services: {
        outputStyles: {
          nameIn(session) {
            const { name, known } = states(session);
            return known && name === current(session) ? known.name : current(session);
          },
          named,
          names: async () => (await shelf.all()).filter(shelf.counts).map(({ name }) => name),
        },
      },
      commands: { "output-style": choosing({ shelf, host, current }) },
      claims: {
        styles: async () => (await shelf.all()).flatMap(({ claim }) => claim ?? []),
      },
      taps: {
        promptBuild: async (draft, { session }) => {
          // Agents answer to whoever has started them, not to the person.
          if (session.parent) return undefined;
          const style = await styleOf(session);
          states(session).known = style;
          if (style.text === "") return undefined;
          const kept = style.keepsCoding ? draft : draft.without("coding");
          const text = `# Style of your answers: ${visibleLine(style.name, 100)}\n\n${style.text}`;
          return kept.without("style").with({ key: "style", cache: "session", text });
        },
      },
    };
  };
}

function insteadOf(style: Style | undefined): string {
  if (!style) return "The default counts.";
  return style.from === DEFAULT.from ? "The built-in one counts." : `The one of ${visibleLine(style.from)} counts.`;
}

export default stylesFrom(managedFolder(process.platform));
