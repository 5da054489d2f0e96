/** Whether every part of a text is covered: by a rule, because it only looks, or by the mode. */
import { resolve } from "node:path";
import type { Files, PermissionRules, Permissions, SessionView, ShellFolders } from "gantry/sdk";
import { createRepositories } from "gantry/sdk/kit/git-repositories";
import { expandGlob } from "gantry/sdk/kit/glob-names";
import { isWithin, resolvedPath } from "gantry/sdk/kit/paths";
import { isProtectedPath } from "gantry/sdk/kit/protected-paths";
import type { Place, Shell, ShellCommand, ShellRedirection, ShellText, ShellWord } from "gantry/sdk/kit/shell";
import { isTame } from "./tame-variables.ts";
import { hidesAct, knownWord, withoutBraces } from "./words.ts";

interface Services {
  readonly files: Files;
  readonly rules: PermissionRules;
  readonly permissions: Permissions;
  readonly folders: ShellFolders | undefined;
}

/** What covers a text; or the first part that nothing covers. */
export type Covered =
  | { readonly rules: readonly string[]; readonly edits: boolean; readonly looksOnly: boolean }
  | { readonly problem: string };

type Cover = (text: ShellText, family: string, session: SessionView, shell: Shell) => Promise<Covered>;

/** What is known while a text is gone through. */
interface State {
  readonly start: string;
  /** Where the next command may run; empty once that is not known. */
  folders: readonly string[];
  /** Every folder that a `cd` may have left it in so far. */
  everywhere: readonly string[];
  hasMoved: boolean;
  readonly rules: Set<string>;
  edits: boolean;
  looksOnly: boolean;
}

export function createCover({ files, rules, permissions, folders }: Services): Cover {
  const repositories = createRepositories(files);

  return async (text, family, session, shell) => {
    const start = folders?.current(session) ?? session.cwd;
    const state: State = {
      start,
      folders: [start],
      everywhere: [start],
      hasMoved: false,
      rules: new Set(),
      edits: false,
      looksOnly: true,
    };
    if (text.commands.length === 0) return { problem: "it holds no command" };
    for (const command of text.commands) {
      // A `cd` may fail; only behind && is it certain that it has not.
      if (command.after !== "&&" && command.after !== "|") state.folders = state.everywhere;
      const problem = await problemOf(command, { family, session, shell, state });
      if (problem !== undefined) return { problem };
    }
    const { looksOnly, edits } = state;
    return { rules: [...state.rules], edits, looksOnly };
  };

  async function problemOf(command: ShellCommand, context: Context): Promise<string | undefined> {
    const { state, session, shell } = context;
    const shown = command.words.map(({ text }) => text).join(" ");
    if (command.after === undefined) return `"${shown}" stands inside of something that no rule speaks for`;
    const set = command.assignments.filter((one) => !isTame(one));
    const foreign = set.length > 0 || command.words.length === 0 ? command.assignments : [];
    for (const redirection of command.redirections) {
      const problem = await redirected(redirection, context);
      if (problem !== undefined) return problem;
    }
    if (command.assignments.length > 0) {
      const problem = setting(command, context);
      if (problem === undefined || foreign.length > 0) return problem;
    }
    if (command.words.length === 0) return command.redirections.length > 0 ? undefined : "it holds no command";

    const { folders } = state;
    const printer = command.words[0]?.text;
    const spelt = command.words.map((word) => knownWord(word, { folders, home: session.home, printer }));
    const { words: peeled, isOpen } = shell.peel(spelt);
    if (spelt[0]?.text === "cd") return cd(spelt.slice(1), command, context);
    // Another program than the shell's own may be run then, and that moves nothing.
    if (peeled[0]?.text === "cd") return `it cannot be told whether "${shown}" moves to another folder`;
    const spelled = peeled[0]?.kind === "literal" ? withoutBraces(peeled) : undefined;
    const isLoose = spelled !== undefined && peeled.some(({ kind, isBraced }) => kind === "open" && !isBraced);
    const words = spelled ?? peeled;
    const open = words.find(({ kind }) => kind === "open");
    if (open) return `it cannot be told what ${open.text} stands for`;
    const isGit = words[0]?.text === "git";
    if (state.hasMoved && isGit) return `"${shown}" runs in another folder, whose configuration it would obey`;
    const isWriting = shell.writtenBy({ ...command, words }).length > 0;
    if (state.hasMoved && isWriting) return `"${shown}" writes in another folder`;
    if (state.hasMoved && /^[^/~].*\//.test(words[0]?.text ?? "")) return `"${shown}" is a program of another folder`;

    const doubt = isLoose
      ? `no rule covers "${shown}"`
      : isOpen
        ? shell.showsAnyWords(words)
          ? undefined
          : `no rule covers "${shown}"`
        : await doubtToLook(words, shown, context);
    if (doubt === undefined) return undefined;
    const rule = ruleFor(spelt, { words, isOpen }, context);
    state.looksOnly = false;
    if (rule !== undefined) {
      state.rules.add(rule);
      return undefined;
    }
    const edited = !isOpen && !isLoose && isAccepting(session) ? shell.acceptableEdit(words) : undefined;
    if (!edited) return doubt;
    state.edits = true;
    if (await copiesInto({ ...command, words }, context)) return `"${shown}" copies into a folder that is there`;
    const written = [...edited, ...shell.writtenBy({ ...command, words })];
    return (await firstBadEdit(written, context)) ?? (await firstBadRemoval({ ...command, words }, context));
  }

  /** The rule that covers a command: with the programs in front of it, or without those that leave it what it is. */
  function ruleFor(
    spelt: readonly ShellWord[],
    { words, isOpen }: { readonly words: readonly ShellWord[]; readonly isOpen: boolean },
    { family, session }: Context,
  ): string | undefined {
    const covering = (all: readonly ShellWord[], isOpen: boolean) =>
      hidesAct(all) ? undefined : rules.covering(session, { family, words: all.map(({ text }) => text), isOpen });
    const rule = covering(words, isOpen);
    if (rule !== undefined || isOpen || !spelt.every(({ kind }) => kind === "literal")) return rule;
    const whole = covering(spelt, false);
    // One that speaks of the program in front alone would let it run any other.
    return whole?.includes(` ${words[0]?.text}`) ? whole : undefined;
  }

  /** What sets variables is covered by a rule that spells them out. */
  function setting({ assignments, words }: ShellCommand, { family, session, state }: Context): string | undefined {
    const problem = `it sets ${assignments.map(({ name }) => name).join(", ")}`;
    const isCertain = [...assignments.map(({ value }) => value), ...words].every(({ kind }) => kind === "literal");
    if (!isCertain || words.length === 0 || state.hasMoved || words[0]?.text === "cd") return problem;
    const said = [...assignments.map(({ name, value }) => `${name}=${value.text}`), ...words.map(({ text }) => text)];
    const rule = rules.covering(session, { family, words: said, isOpen: false });
    if (rule === undefined) return problem;
    state.looksOnly = false;
    state.rules.add(rule);
    return undefined;
  }

  /** Why a command may do more than look at what it may look at. */
  async function doubtToLook(
    words: readonly ShellWord[],
    shown: string,
    context: Context,
  ): Promise<string | undefined> {
    const { shell, state, session } = context;
    const looking = shell.lookingOf(words);
    if (!looking) return `no rule covers "${shown}"`;
    const { at } = looking;
    // Another repository may lie in any folder below.
    if (at && !(await resolved(at, context))?.every((place) => session.folders.includes(place))) {
      return `"${shown}" looks from another folder, whose configuration it would obey`;
    }
    const place = at ? { ...context, state: { ...state, folders: session.folders } } : context;
    const outside = await firstOutside(looking.paths, place);
    if (outside !== undefined || !looking.isGit) return outside;
    const from = at ? session.folders : [state.folders[0] ?? session.cwd];
    const doubt = (await Promise.all(from.map(repositories.doubt))).find((one) => one !== undefined);
    return doubt && `"${shown}" would obey the configuration of the repository: ${doubt}`;
  }

  // ---------------------------------------------------------------- files

  async function redirected({ kind, target }: ShellRedirection, context: Context): Promise<string | undefined> {
    if (kind === "descriptor") return undefined;
    if (kind === "text")
      return target?.kind === "open" ? "what it is given to read is only known when it runs" : undefined;
    if (kind === "open" || !target || target.kind !== "literal") return "it cannot be told where it reads or writes";
    if (target.text === "/dev/null") return undefined;
    if (kind === "read") return firstOutside([target], context);
    const { state, session } = context;
    if (state.hasMoved) return `it writes to ${target.text} in another folder`;
    state.looksOnly = false;
    const places = await resolved(target, context);
    if (places?.some((place) => isProtectedPath(place, session.folders))) return steers(target);
    const rule = places && rules.covering(session, { family: "Edit", places });
    if (rule !== undefined) {
      state.rules.add(rule);
      return undefined;
    }
    if (!isAccepting(session)) return `it writes to ${target.text}`;
    state.edits = true;
    return firstBadEdit([target], context);
  }

  async function firstOutside(words: readonly ShellWord[], context: Context): Promise<string | undefined> {
    const { session } = context;
    for (const word of words) {
      const places = await resolved(word, context);
      if (!places) return `it cannot be told where ${word.text} leads`;
      const isInside = places.every((place) => isWithin(place, session.folders) || place === "/dev/null");
      if (!isInside && rules.covering(session, { family: "Read", places }) === undefined) {
        return `${word.text} lies outside the folders of this session`;
      }
    }
    return undefined;
  }

  async function firstBadEdit(words: readonly ShellWord[], context: Context): Promise<string | undefined> {
    const { session } = context;
    for (const word of words) {
      const places = await resolved(word, context);
      if (!places?.every((place) => isWithin(place, session.folders))) {
        return `${word.text} lies outside the folders of this session`;
      }
      if (places.some((place) => isProtectedPath(place, session.folders))) return steers(word);
    }
    return undefined;
  }

  /** What lies in a folder already may be links, which a whole copy would write through. */
  async function copiesInto({ words }: ShellCommand, context: Context): Promise<boolean> {
    const isWhole = words[0]?.text === "cp" && words.some(({ text }) => /^-[a-zA-Z]*[rRa]|^--(?:rec|arch)/.test(text));
    const target = words.at(-1);
    if (!isWhole || !target) return false;
    const places = (await resolved(target, context)) ?? [];
    return (await Promise.all(places.map((place) => files.stat(place)))).some((stat) => stat !== undefined);
  }

  /** Removing a whole folder of the session is no edit of it. */
  async function firstBadRemoval(command: ShellCommand, context: Context): Promise<string | undefined> {
    for (const word of context.shell.removedBy(command)) {
      if (word.kind === "glob" && !/(?:^|\/)\*+\/?$/.test(word.text)) continue;
      const places = await resolved(word, context);
      if (places?.some((place) => context.session.folders.some((folder) => isWithin(folder, [place])))) {
        return `${word.text} is all that the session works in`;
      }
    }
    return undefined;
  }

  /** Every place a word may lead to, names put in the place of its signs, links followed. */
  async function resolved(word: ShellWord, { shell, state, session }: Context): Promise<readonly string[] | undefined> {
    const place = { folders: state.folders, home: session.home };
    if (await leavesLink(word, place)) return undefined;
    const places = shell.placesOfWord(word, place);
    const named = word.kind === "glob" ? await namesFor(word, place, shell) : [];
    if (!places || !named) return undefined;
    const real = await Promise.all([...places, ...named].map((place) => resolvedPath(place, files)));
    return [...new Set([...places, ...named, ...real])];
  }

  /** Behind a link, `..` is the folder above where that leads to. */
  async function leavesLink({ text, isHome }: ShellWord, { folders, home }: Place): Promise<boolean> {
    const names = text.split("/");
    const ends = names.flatMap((name, at) => (name === ".." && at > 0 && names[at - 1] !== ".." ? [at] : []));
    for (const end of ends) {
      const before = names.slice(0, end).join("/") || "/";
      const paths = isHome
        ? [home + before.slice(1)]
        : before.startsWith("/")
          ? [before]
          : folders.map((at) => resolve(at, before));
      for (const path of paths) if ((await resolvedPath(path, files)) !== resolve(path)) return true;
    }
    return false;
  }

  async function namesFor(word: ShellWord, place: Place, shell: Shell): Promise<readonly string[] | undefined> {
    const found = await Promise.all(shell.wholePaths(word, place).map((path) => expandGlob(path, files)));
    return found.some((names) => names === undefined) ? undefined : found.flatMap((names) => names ?? []);
  }

  function isAccepting(session: SessionView): boolean {
    const mode = permissions.mode(session);
    return mode === "acceptEdits" || mode === "auto";
  }

  // ---------------------------------------------------------------- cd

  async function cd(words: readonly ShellWord[], { isPiped, after }: ShellCommand, context: Context) {
    const { state, session } = context;
    const [target, ...more] = words.filter(({ text }) => text !== "--");
    const places =
      target?.kind === "literal" && !target.text.startsWith("-") && more.length === 0
        ? await resolved(target, context)
        : undefined;
    if (!places) return "it cannot be told where its cd leads";
    if (!places.every((place) => isWithin(place, session.folders))) {
      return `its cd leads to ${target?.text}, outside the folders of this session`;
    }
    if (isPiped) return undefined;
    const starts = [state.start, await resolvedPath(state.start, files)];
    if (!state.hasMoved && places.every((place) => starts.includes(place))) return undefined;
    const everywhere = [...new Set([...state.everywhere, ...places])];
    // Behind || it may not have been run, and what follows && runs all the same.
    state.folders = after === "||" ? everywhere : places;
    state.everywhere = everywhere;
    state.hasMoved = true;
    return undefined;
  }
}

interface Context {
  readonly family: string;
  readonly session: SessionView;
  readonly shell: Shell;
  readonly state: State;
}

function steers({ text }: ShellWord): string {
  return `${text} steers what programs run`;
}
