import {
  type Call,
  type HostInfo,
  PluginError,
  type RememberedAnswers,
  type RuleLists,
  type RuleSuggestion,
  rootOf,
  type SessionView,
  type Setup,
  type Trust,
} from "gantry/sdk";
import { ruleClaim } from "gantry/sdk/kit/claims";
import { settingsFile } from "gantry/sdk/kit/save-setting";
import { writeSettings } from "gantry/sdk/kit/settings-write";
import { sessionAnswers } from "./answers.ts";
import { keyOf } from "./call-key.ts";
import type { permitRemember } from "./index.ts";
import { checkRules, withoutRules, withRules } from "./rule-change.ts";

type Change = Parameters<RememberedAnswers["write"]>[1];

const setup: Setup<typeof permitRemember> = ({ use: { rules, trust }, host }) => {
  const answers = sessionAnswers(rules);
  /** What was offered is what is kept, whatever has changed in between. */
  const offered = new WeakMap<Call, RuleSuggestion>();

  function offer(session: SessionView, call: Call) {
    const suggestion = rules.suggest(session, call) ?? onlyThisCall(call);
    if (!suggestion) return undefined;
    offered.set(call, suggestion);
    return { ...suggestion, file: settingsFile("local", host) };
  }

  async function keep(session: SessionView, call: Call, until: "session" | "always"): Promise<void> {
    const suggestion = offered.get(call) ?? offer(session, call);
    const key = keyOf(call);
    if (suggestion?.rules.length) {
      if (until === "session") return answers.addRules(session, suggestion.rules);
      return write(session, { behavior: "allow", rules: suggestion.rules, destination: "local" });
    }
    if (until === "always" || key === undefined) throw noRule(call);
    answers.addCall(session, call.tool.name, key);
  }

  async function write(session: SessionView, change: Change): Promise<void> {
    checkRules(change.rules);
    if (change.destination === "session") return forSession(session, change);
    await intoFile(change, host, trust);
    // Settings of a folder that is not trusted do not count, and the person has just said yes.
    if (change.behavior === "allow" && !change.isRemoval) rules.allow(rootOf(session), change.rules);
  }

  function forSession(session: SessionView, { behavior, rules: texts, isRemoval = false }: Change): void {
    if (behavior !== "allow" || isRemoval) throw onlyAllows(behavior, isRemoval);
    answers.addRules(session, texts);
  }

  return {
    services: { remembered: { offer, keep, write } },
    taps: {
      sessionStart: answers.restore,
      ask: ({ call, verdict, form }, { session }) => {
        // Whatever a gate wants asked for is asked for every time.
        if (form || verdict.by !== undefined || verdict.rule !== undefined) return undefined;
        const key = answers.hasCalls(session) ? keyOf(call) : undefined;
        return key !== undefined && answers.hasCall(session, key) ? { decision: "allow" } : undefined;
      },
    },
  };
};

export default setup;

/** Where no rule can be written, the very call is what can be remembered. */
function onlyThisCall(call: Call): RuleSuggestion | undefined {
  if (keyOf(call) === undefined) return undefined;
  return { rules: [], covers: "This very call again, word for word, and nothing else." };
}

async function intoFile({ behavior, rules, destination, isRemoval }: Change, host: HostInfo, trust: Trust) {
  if (destination === "session") return;
  const file = settingsFile(destination, host);
  const change = isRemoval ? withoutRules : withRules;
  // A link that the repository brings along must not lead the pen elsewhere.
  const options = destination === "user" ? {} : { within: host.cwd };
  await writeSettings(file, (current) => change(current, behavior, rules, file), options);
  // Nobody is asked to approve an own answer.
  const isApproved = behavior === "allow" && !isRemoval && destination !== "user";
  if (isApproved) trust.approve(rules.map((rule) => ruleClaim(rule, file)));
}

function noRule({ tool }: Call): PluginError {
  return new PluginError(
    "GANTRY_PERMIT_KEEP",
    `No rule can be written that covers just this call of ${tool.name}.`,
    "Answer for this once, or for this session.",
  );
}

function onlyAllows(behavior: keyof RuleLists, isRemoval: boolean): PluginError {
  return new PluginError(
    "GANTRY_PERMIT_SESSION_RULE",
    `For a session alone, allow rules can be added, and nothing else: not "${isRemoval ? "remove" : "add"} ${behavior}".`,
    'Choose another destination: "local", "project" or "user".',
  );
}
