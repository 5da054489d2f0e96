import {
  type Notice,
  PluginError,
  perSession,
  type RuleLists,
  rootOf,
  type SessionView,
  type Settings,
  type SettingsLayer,
  type SettingValue,
  z,
} from "gantry/sdk";
import { type Effect, isMalformed, type Malformed, parseRule, type Rule } from "gantry/sdk/kit/permission-rules";
import { splitRules } from "gantry/sdk/kit/split-rules";
import { visibleLine } from "gantry/sdk/kit/visible";

/** A rule, what it does, and where it stands. */
export interface PlacedRule {
  readonly effect: Effect;
  readonly rule: Rule | Malformed;
  readonly layer: SettingsLayer | "session";
  /** The file or flag. */
  readonly source: string;
  /** What a leading `/` in its path stands for. */
  readonly root: string;
}

/** The rules that hold for a session: those of the settings, as they are now, and its own. */
export interface Rulebook {
  of(session: SessionView, effect: Effect): readonly PlacedRule[];
  /** Adds rules for one session. Returns what takes them away. */
  add(session: SessionView, effect: "allow" | "deny", rules: readonly string[]): () => void;
  /** From here on only these rules hold for the session. */
  suppose(session: SessionView, rules: RuleLists): void;
  /** Tells the session, once, of rules that have no meaning. */
  announce(session: SessionView): void;
}

/** What is not a rule is told of by itself, and does not take its neighbours along. */
const anythingSchema = z.unknown();

/** What sessions forbid themselves. They outlive their plugins, which may be set up anew in the midst of one: what forbids holds on. */
const denied = perSession((): PlacedRule[] => []);

export function createRulebook(settings: Settings): Rulebook {
  const allowed = perSession((): PlacedRule[] => []);
  const supposed = perSession((): { rules?: RuleLists } => ({}));
  const told = perSession(() => new Set<string>());
  const parsed = new Map<unknown, Rule | Malformed>();

  const parse = (written: unknown): Rule | Malformed => {
    const known = parsed.get(written) ?? parseRule(written);
    parsed.set(written, known);
    return known;
  };

  const placed = (effect: Effect, { value, layer, source, root }: SettingValue<unknown>): PlacedRule[] => {
    const isFlag = layer === "flag";
    const written = Array.isArray(value) ? value : [value];
    const texts = isFlag ? written.flatMap((one) => (typeof one === "string" ? splitRules(one) : [one])) : written;
    return texts.map((text) => ({ effect, rule: parse(text), layer, source, root }));
  };

  const ofSettings = (effect: Effect) =>
    settings.layers(`permissions.${effect}`, anythingSchema).flatMap((value) => placed(effect, value));

  /** What holds for a session holds for its agents. */
  const ownOf = (effect: "allow" | "deny", session: SessionView): readonly PlacedRule[] =>
    session.parent ? [...own(effect, session), ...ownOf(effect, session.parent)] : own(effect, session);

  const of = (session: SessionView, effect: Effect): readonly PlacedRule[] => {
    const { rules } = supposed(session);
    if (!rules) return [...ofSettings(effect), ...(effect === "ask" ? [] : ownOf(effect, session))];
    return (rules[effect] ?? []).map((text) => placedIn(session, effect, text, "this check"));
  };

  const own = (effect: "allow" | "deny", session: SessionView) => (effect === "deny" ? denied : allowed)(session);

  const placedIn = (session: SessionView, effect: Effect, text: string, source: string): PlacedRule => ({
    effect,
    rule: parse(text),
    layer: "session",
    source,
    root: session.cwd,
  });

  return {
    of,
    add(session, effect, rules) {
      const added = rules.map((text) => placedIn(session, effect, text, "this session"));
      for (const { rule } of added) if (effect === "allow" && isMalformed(rule)) throw noRule(rule);
      const all = own(effect, session);
      all.push(...added);
      return () => {
        for (const rule of added) if (all.includes(rule)) all.splice(all.indexOf(rule), 1);
      };
    },
    suppose: (session, rules) => {
      supposed(session).rules = rules;
    },
    announce(session) {
      for (const effect of ["deny", "ask", "allow"] as const) {
        for (const place of of(session, effect)) {
          const notice = isMalformed(place.rule) ? malformedNotice(place, place.rule) : idleNotice(place, place.rule);
          if (!notice || told(rootOf(session)).has(notice.text)) continue;
          told(rootOf(session)).add(notice.text);
          session.notify(notice);
        }
      }
    },
  };
}

function noRule({ text, problem }: Malformed): PluginError {
  return new PluginError(
    "GANTRY_PERMIT_RULE",
    `${JSON.stringify(text)} is no permission rule: ${problem}.`,
    "Write Tool or Tool(specifier), such as Bash(npm test:*).",
  );
}

/** Path rules speak of what is done, not of the tool that does it. */
const GOVERNED: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  Write: "Edit",
  MultiEdit: "Edit",
  NotebookEdit: "Edit",
  Glob: "Read",
  Grep: "Read",
  LS: "Read",
});

/** What is well written and allows nothing. */
function idleNotice({ effect, source }: PlacedRule, { text, tool, specifier }: Rule): Notice | undefined {
  if (effect !== "allow") return undefined;
  const family = specifier === undefined ? undefined : GOVERNED[tool];
  const isOpen = tool.includes("*") && !/^mcp__[^*]+__/.test(tool);
  if (family === undefined && !isOpen) return undefined;
  const remedy = family ? `Write ${family}(${specifier}).` : "A rule that allows names its tool, or the server of it.";
  return {
    level: "warning",
    plugin: "permit-rules",
    text: visibleLine(`${JSON.stringify(text)} in permissions.allow (${source}) allows nothing. ${remedy}`),
  };
}

function malformedNotice({ effect, source }: PlacedRule, { text, tool, problem }: Malformed): Notice {
  const closed = effect === "deny" ? "is denied altogether" : "asks every time";
  const outcome =
    effect === "allow" || tool === undefined ? "It does not count." : `Until it is corrected, ${tool} ${closed}.`;
  return {
    level: effect === "allow" ? "warning" : "error",
    plugin: "permit-rules",
    text: visibleLine(
      `${JSON.stringify(text)} in permissions.${effect} (${source}) is no rule: ${problem}. ${outcome}`,
    ),
  };
}
