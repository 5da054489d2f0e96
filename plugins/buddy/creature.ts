/** What hatches: the same in the same home, however often. */
import { createHash } from "node:crypto";

export type Mood = "happy" | "content" | "worried" | "bored" | "hungry" | "sleepy";

export interface Creature {
  readonly species: string;
  /** The name that it comes with. */
  readonly name: string;
  /** From 1 to 5. */
  readonly traits: Readonly<Record<"curiosity" | "patience" | "mischief", number>>;
  /** How it looks, in lines. */
  drawn(mood: Mood): readonly string[];
  /** How it looks within a line. */
  face(mood: Mood): string;
}

const EYES: Readonly<Record<Mood, string>> = {
  happy: "^^",
  content: "••",
  worried: "oo",
  bored: "--",
  hungry: "••",
  sleepy: "uu",
};
const MOUTHS: Readonly<Record<Mood, string>> = {
  happy: "w",
  content: "-",
  worried: "~",
  bored: ".",
  hungry: "o",
  sleepy: "z",
};

/** `1`, `2`: the eyes; `m`: the mouth. */
const SPECIES: readonly { readonly species: string; readonly face: string; readonly lines: readonly string[] }[] = [
  { species: "cat", face: "=1m2=", lines: [" /\\_/\\ ", "( 1 2 )", " > m < "] },
  { species: "owl", face: "{1v2}", lines: [" ,___, ", " [1v2] ", " /)_m) "] },
  { species: "crab", face: "V1m2V", lines: ["V     V", " \\1_2/ ", " /_m_\\ "] },
  { species: "ghost", face: "(1m2)", lines: ["  .-.  ", " (1m2) ", " |~~~| "] },
  { species: "robot", face: "[1m2]", lines: ["   |   ", " [1 2] ", " |_m_| "] },
  { species: "snail", face: "1m2@", lines: [" 1 2   ", "  m (@)", " ‾‾‾‾‾‾"] },
];
const NAMES = ["Pip", "Moss", "Juno", "Tock", "Bram", "Fig", "Nell", "Otis", "Rune", "Suki", "Wren", "Zuzu"];

export function creatureOf(home: string): Creature {
  const bytes = createHash("sha256").update(`buddy of ${home}`).digest();
  const at = (index: number, of: number) => (bytes[index] ?? 0) % of;
  const { species, face, lines } = SPECIES[at(0, SPECIES.length)] as (typeof SPECIES)[number];
  const looking = (text: string, mood: Mood) => {
    const [left = "", right = ""] = [...EYES[mood]];
    return text.replace("1", left).replace("2", right).replace("m", MOUTHS[mood]);
  };
  return {
    species,
    name: NAMES[at(1, NAMES.length)] as string,
    traits: { curiosity: at(2, 5) + 1, patience: at(3, 5) + 1, mischief: at(4, 5) + 1 },
    drawn: (mood) => lines.map((line) => looking(line, mood)),
    face: (mood) => looking(face, mood),
  };
}
