import type { Call, SessionView, Setup, Verdict } from "gantry/sdk";
import { hidesProgram } from "./command.ts";
import type { permitRules } from "./index.ts";
import { type About, aboutOf, covers, namesTool, type Subject, subjectOf } from "./match.ts";
import { isMalformed } from "./rule.ts";
import { createRulebook, type Effect, type PlacedRule } from "./rulebook.ts";
import { remedyFor, suggestRule } from "./suggest.ts";

const setup: Setup<typeof permitRules> = ({ use, host }) => {
  const rulebook = createRulebook(use.settings);

  async function vote(call: Call, session: SessionView): Promise<Verdict> {
    if (isNowhere(aboutOf(call, { cwd: session.cwd, home: host.home }))) return NOWHERE;
    const subject = await subjectOf(call, session, host, use.files);
    const restricting: PlacedRule[] = [];
    for (const effect of ["deny", "ask", "allow"] as const) {
      const rules = rulebook.of(session, effect);
      const hits = partsOf(subject, effect).map((part) => rules.find((rule) => applies(rule, part)));
      if (hits[0] && hits.every(Boolean)) return verdictOf(hits[0]);
      if (effect !== "allow") restricting.push(...rules);
      if (effect === "ask" && isUnknowable(restricting, subject)) return UNKNOWABLE;
    }
    return { decision: "none", remedy: remedyFor(call, subject.about, session.cwd) };
  }

  /** A denied tool need not be offered. A rule that has no meaning denies its tool, to be on the safe side. */
  function isOffered(name: string, session: SessionView): boolean {
    return !rulebook.of(session, "deny").some(({ rule }) => {
      const isBare = isMalformed(rule) || rule.specifier === undefined;
      return isBare && rule.tool !== undefined && namesTool(rule.tool, { names: [name], family: name }, false);
    });
  }

  return {
    services: {
      rules: {
        allow: rulebook.add,
        suppose: () => undefined,
        covering: () => undefined,
        suggest: (session, call) => {
          const rule = suggestRule(call, aboutOf(call, session), session.cwd);
          return rule === undefined ? undefined : { rules: [rule], covers: "" };
        },
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

const NOWHERE: Verdict = {
  decision: "deny",
  reason: "its path contains a NUL character, so there can be no such file",
  remedy: "Give the path without it.",
};

function isNowhere(about: About): boolean {
  return about.kind === "path" && about.places.some((place) => place.includes("\0"));
}

const UNKNOWABLE: Verdict = {
  decision: "ask",
  reason: "it cannot be told which program this command runs, and there are rules about commands",
  remedy: "Write the program's name in the command.",
};

/** What must be covered for the rules to have a say: to allow, each place that the call's path leads to. */
function partsOf(subject: Subject, effect: Effect): readonly Subject[] {
  const { about } = subject;
  if (effect !== "allow" || about.kind !== "path") return [subject];
  return about.places.map((place) => ({ ...subject, about: { kind: "path", places: [place] } }));
}

function applies({ rule, effect, root }: PlacedRule, subject: Subject): boolean {
  if (!isMalformed(rule)) return covers(rule, effect, subject, root);
  return effect !== "allow" && rule.tool !== undefined && namesTool(rule.tool, subject, false);
}

function verdictOf({ rule, effect, source, isFlag }: PlacedRule): Verdict {
  if (effect === "allow") return { decision: "allow", rule: rule.text };
  const what = isMalformed(rule)
    ? `${JSON.stringify(rule.text)} has no meaning as a rule (${rule.problem}), so all of ${rule.tool} ${effect === "deny" ? "is denied" : "is asked for"}`
    : `a rule of ${source} ${effect === "deny" ? "forbids it" : "wants it asked for"}`;
  const flag = effect === "deny" && isFlag ? "leave it out of --disallowedTools, or " : "";
  return {
    decision: effect,
    reason: what,
    rule: rule.text,
    remedy: `To allow it, ${flag}${isMalformed(rule) ? "correct" : "remove"} ${JSON.stringify(rule.text)} in permissions.${effect} of ${source}.`,
  };
}

/** With rules against some commands, a command that hides what it runs cannot be cleared of them. */
function isUnknowable(restricting: readonly PlacedRule[], { about, family }: Subject): boolean {
  if (about.kind !== "command") return false;
  const isAboutCommands = restricting.some(({ rule }) => rule.tool?.toLowerCase() === family.toLowerCase());
  return isAboutCommands && hidesProgram(about.command);
}
