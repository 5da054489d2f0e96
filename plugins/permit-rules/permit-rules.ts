import type { Call, RuleSubject, SessionView, Setup, Verdict } from "gantry/sdk";
import { covers, coversPlaces, isMalformed, namesTool, type Subject, subjectOf } from "gantry/sdk/kit/permission-rules";
import { isProtectedPath } from "gantry/sdk/kit/protected-paths";
import type { Shell } from "gantry/sdk/kit/shell";
import { chosenTools } from "./chosen.ts";
import { filesOf, touches } from "./command-files.ts";
import type { permitRules } from "./index.ts";
import { createRulebook, type PlacedRule } from "./rulebook.ts";
import { remedyFor, suggestRules } from "./suggest.ts";
import { isSweeping } from "./sweeping.ts";

const setup: Setup<typeof permitRules> = ({ config, use }) => {
  const isChosen = chosenTools(config.tools, use.inspector);
  const rulebook = createRulebook(use.settings);
  let shell: Shell | undefined;

  async function vote(call: Call, session: SessionView): Promise<Verdict> {
    if (!isChosen(call.tool)) return UNCHOSEN;
    const subject = await subjectOf(call, session, use.files);
    const { about } = subject;
    if (about.kind === "path" && about.places.length === 0) return NOWHERE;
    if (about.kind === "command") shell = about.shell;
    if (about.kind === "command" && about.text.text.length > LONGEST_COMMAND) return TOO_LONG;
    let doubt: Verdict | undefined;
    for (const effect of ["deny", "ask"] as const) {
      const rules = rulebook.of(session, effect);
      const hit = rules.find((rule) => applies(rule, subject)) ?? (await fileRule(rules, subject));
      if (hit && "doubt" in hit) doubt ??= hit.doubt;
      else if (hit) return verdictOf(hit);
      doubt ??= unknowable(rules, subject);
      if (effect === "ask" && doubt) return doubt;
    }
    // What steers programs, no rule allows beforehand.
    if (
      about.kind === "path" &&
      subject.family === "Edit" &&
      about.places.some((place) => isProtectedPath(place, session.folders))
    ) {
      return { decision: "none" };
    }
    const rules = allowing(session);
    const hits = placesOf(subject).map((part) => rules.find((rule) => applies(rule, part)));
    if (hits[0] && hits.every(Boolean)) return verdictOf(hits[0]);
    return { decision: "none", remedy: remedyFor(subject, call) };
  }

  /** Rules about files bind commands, too. */
  async function fileRule(rules: readonly PlacedRule[], subject: Subject) {
    const about = subject.about;
    const files = rules.filter(
      ({ rule }) => !isMalformed(rule) && rule.specifier !== undefined && /^(?:read|edit)$/i.test(rule.tool),
    );
    if (about.kind !== "command" || files.length === 0) return undefined;
    const touched = await filesOf(about, shellIn(subject.session), use.files);
    let near: PlacedRule | undefined;
    for (const rule of files) {
      const covered = (specifier: string, places: readonly string[]) =>
        coversPlaces(specifier, places, subject, rule.root, false);
      const mention = touches(rule, touched, subject.session, covered);
      if (mention === "yes") return rule;
      if (mention === "maybe") near ??= rule;
    }
    return near && { doubt: doubtOf(near) };
  }

  /** Where the session's next command starts: an earlier one may have left the shell elsewhere. */
  function shellIn(session: SessionView): { readonly cwd: string; readonly home: string } {
    return { cwd: use.folders?.current(session) ?? session.cwd, home: session.home };
  }

  /** In the mode auto, a rule that allows whatever somebody writes leaves the judgement to the classifier. */
  function allowing(session: SessionView): readonly PlacedRule[] {
    const rules = rulebook.of(session, "allow");
    return use.permissions?.mode(session) === "auto" ? rules.filter(({ rule }) => !isSweeping(rule)) : rules;
  }

  function covering(session: SessionView, part: RuleSubject): string | undefined {
    return allowing(session).find(({ rule, root }) => {
      if (isMalformed(rule)) return false;
      const { tool, specifier } = rule;
      if ("places" in part) {
        if (tool !== part.family && !(part.family === "Read" && tool === "Edit")) return false;
        if (specifier === undefined) return tool === part.family;
        return part.places.every((place) =>
          coversPlaces(specifier, [place], { session, homes: [session.home], family: part.family }, root, true),
        );
      }
      if (tool !== part.family) return false;
      if (specifier === undefined) return true;
      if ("text" in part) return specifier === part.text.trim();
      return shell?.coversWords(specifier, part.words, part.isOpen) ?? false;
    })?.rule.text;
  }

  /** A denied tool need not be offered. A rule that has no meaning denies its tool, to be on the safe side. */
  function isOffered(name: string, session: SessionView): boolean {
    if (!isChosen({ name })) return false;
    return !rulebook.of(session, "deny").some(({ rule }) => {
      const isBare = isMalformed(rule) || rule.specifier === undefined;
      return isBare && rule.tool !== undefined && namesTool(rule.tool, { names: [name], family: name }, false);
    });
  }

  return {
    services: {
      rules: {
        allow: (session, rules) => rulebook.add(session, "allow", rules),
        deny: (session, rules) => rulebook.add(session, "deny", rules),
        suppose: rulebook.suppose,
        covering,
        suggest: (session, call) => suggestRules(call, session, shell),
        list: (session) =>
          (["allow", "ask", "deny"] as const).flatMap((effect) =>
            rulebook
              .of(session, effect)
              .map(({ rule, layer, source }) => ({ behavior: effect, rule: rule.text, layer, source })),
          ),
      },
    },
    taps: {
      toolGate: (_, call, turn) => vote(call, turn.session),
      promptBuild: (draft, { session }) => {
        rulebook.announce(session);
        const isKept = ({ name }: { readonly name: string }) => isOffered(name, session);
        return draft.tools.every(isKept) ? undefined : draft.filterTools(isKept);
      },
    },
  };
};

export default setup;

/** No system runs an argument that is longer. */
const LONGEST_COMMAND = 128 * 1024;
const TOO_LONG: Verdict = {
  decision: "deny",
  reason: `it is longer than ${LONGEST_COMMAND} characters, which no shell is given`,
  remedy: "Write it into a script, and run that.",
};

const UNCHOSEN: Verdict = {
  decision: "deny",
  reason: "it is none of the tools that were chosen for this run",
  remedy: "To allow it, name it with --tools.",
};

const NOWHERE: Verdict = {
  decision: "deny",
  reason: "its path contains a NUL character, so there can be no such file",
  remedy: "Give the path without it.",
};

/** What must be covered to allow: each place that the call's path leads to. */
function placesOf(subject: Subject): readonly Subject[] {
  const { about } = subject;
  if (about.kind !== "path") return [subject];
  return about.places.map((place) => ({ ...subject, about: { kind: "path", places: [place] } }));
}

function applies({ rule, effect, root }: PlacedRule, subject: Subject): boolean {
  if (!isMalformed(rule)) return covers(rule, effect, subject, root);
  return effect !== "allow" && rule.tool !== undefined && namesTool(rule.tool, subject, false);
}

function verdictOf({ rule, effect, source, layer }: PlacedRule): Verdict {
  if (effect === "allow") return { decision: "allow", rule: rule.text };
  const what = isMalformed(rule)
    ? `${JSON.stringify(rule.text)} has no meaning as a rule (${rule.problem}), so all of ${rule.tool} ${effect === "deny" ? "is denied" : "is asked for"}`
    : `a rule of ${source} ${effect === "deny" ? "forbids it" : "wants it asked for"}`;
  const flag = effect === "deny" && layer === "flag" ? "leave it out of --disallowedTools, or " : "";
  return {
    decision: effect,
    reason: what,
    rule: rule.text,
    remedy: `To allow it, ${flag}${isMalformed(rule) ? "correct" : "remove"} ${JSON.stringify(rule.text)} in permissions.${effect} of ${source}.`,
  };
}

function doubtOf({ rule, source }: PlacedRule): Verdict {
  return {
    decision: "ask",
    reason: `it may touch files that a rule of ${source} speaks of`,
    rule: rule.text,
    remedy: "Name the files in the command.",
  };
}

/** With rules against some commands, a command that hides what it runs cannot be cleared of them. */
function unknowable(rules: readonly PlacedRule[], { about, family }: Subject): Verdict | undefined {
  if (about.kind !== "command") return undefined;
  const own = rules.filter(({ rule }) => rule.tool?.toLowerCase() === family.toLowerCase());
  if (own.length === 0) return undefined;
  const { shell, text } = about;
  const near = own.find(
    ({ rule }) => !isMalformed(rule) && rule.specifier && shell.mentionOf(rule.specifier, text) === "maybe",
  );
  if (!near && !shell.hidesProgram(text)) return undefined;
  return {
    decision: "ask",
    reason: "it cannot be told which command this runs, and there are rules about commands",
    ...(near && { rule: near.rule.text }),
    remedy: "Write what runs in the command itself.",
  };
}
