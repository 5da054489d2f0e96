/** What the person has sent while the agent was at work, and what of it goes on when. */
import type { Submission } from "../input/composer.tsx";

export interface Waiting {
  add(submission: Submission): void;
  /** What can join the turn that runs: all up to the first command. */
  takeForTurn(): Submission[];
  /** What begins the next turn: a command alone, or all up to the first one. */
  takeNext(): Submission[];
  /** Takes all of it back. */
  takeBack(): Submission[];
  texts(): string[];
}

export function createWaiting(onChange: (texts: readonly string[]) => void): Waiting {
  let all: Submission[] = [];
  const isCommand = ({ text, isPasted }: Submission) => text.startsWith("/") && !isPasted;

  function take(count: number): Submission[] {
    const taken = all.slice(0, count);
    all = all.slice(count);
    if (taken.length) onChange(texts());
    return taken;
  }
  const texts = () => all.map(({ text }) => text);
  const plain = () => {
    const at = all.findIndex(isCommand);
    return at < 0 ? all.length : at;
  };

  return {
    add(submission) {
      all = [...all, submission];
      onChange(texts());
    },
    takeForTurn: () => take(plain()),
    takeNext: () => take(all[0] && isCommand(all[0]) ? 1 : plain()),
    takeBack: () => take(all.length),
    texts,
  };
}
