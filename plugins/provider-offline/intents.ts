import { together } from "./combine.ts";
import type { Plan, PlanContext } from "./plan.ts";
import { create, replace } from "./plans/change.ts";
import { countFiles, countLines, countText, list } from "./plans/files.ts";
import { find, findFilesWith } from "./plans/find.ts";
import { show, summariseFiles, summariseProject } from "./plans/read.ts";
import { run, runScript } from "./plans/run.ts";
import { namesFile, readWords, type Words } from "./words.ts";

/** The named parts of a pattern. */
type Parts = Readonly<Record<string, string | undefined>>;

/** One thing the planner understands. */
interface Intent {
  /** For people. */
  readonly example: string;
  readonly pattern: RegExp;
  /** `undefined`: it was not meant after all. */
  readonly plan: (parts: Parts, words: Words, context: PlanContext) => Plan | undefined;
}

/** The plan for a prompt: several things one after the other, or the first intent that fits. */
export function planFor(prompt: string, context: PlanContext): Plan | undefined {
  const words = readWords(prompt);
  if (words.text.length > MAX_LENGTH) return undefined;
  return together(words, context, (text, inner) => planForText(text, words, inner));
}

function planForText(text: string, words: Words, context: PlanContext): Plan | undefined {
  for (const { pattern, plan } of INTENTS) {
    const match = pattern.exec(text);
    const made = match && plan(match.groups ?? {}, words, context);
    if (made) return made;
  }
  return undefined;
}

// Each in one place, so that a prompt means the same whatever verb it begins with.
const THE = "(?:the |a |an |all |every |each |any |all the |all of the )?";
const WHERE = "(?: (?:in|inside|under|within|across|throughout) (?<where>.+?))?";
const THERE = "(?: are| is)?(?: there| here)?";

// What is longer, quotes aside, is an essay and no request.
const MAX_LENGTH = 2000;
const MAX_WORDS = 4;

/** A longer search, or one of several lines, is a wish of another kind unless it is quoted. */
function isSearch(what: string): boolean {
  return !what.includes("\n") && what.split(/\s+/).length <= MAX_WORDS;
}

const pattern = (...parts: string[]) => new RegExp(`^${parts.join("")}$`, "is");

/** In order: the first that fits counts, so the narrow ones stand before the wide ones. */
export const INTENTS: readonly Intent[] = [
  {
    example: "create a file notes.txt with the text hello",
    pattern: pattern(
      "(?:create|make|add|write) (?:me )?(?:a |an |the )?(?:new )?(?:text )?(?:file )?(?:called |named )?(?<file>\\S+) ",
      "(?:with (?:the )?(?:content|contents|text|line|words)|with|containing|that (?:says|contains|reads)|saying):?\\s+(?<content>.+)",
    ),
    plan: ({ file = "", content = "" }, words, context) =>
      namesFile(file, words) ? create(file, content, words, context) : undefined,
  },
  {
    example: "write `hello` to notes.txt",
    pattern: pattern(
      "(?:write|put|save|store) (?:the (?:text|words|line) )?(?<content>.+) (?:to|into|in) (?:a |the )?(?:new )?(?:file )?(?:called |named )?(?<file>\\S+)",
    ),
    plan: ({ file = "", content = "" }, words, context) =>
      namesFile(file, words) ? create(file, content, words, context) : undefined,
  },
  {
    example: "create an empty file notes.txt",
    pattern: pattern("(?:create|make|touch) (?:a |an )?(?:new )?(?:empty )?(?:file )?(?:called |named )?(?<file>\\S+)"),
    plan: ({ file = "" }, words, context) => (namesFile(file, words) ? create(file, "", words, context) : undefined),
  },
  {
    example: "replace `colour` with `color` in src/theme.ts",
    pattern: pattern(
      "(?:replace|change|rename|swap) ",
      THE,
      "(?:occurrences? of |word |text |string )?(?<from>.+?) (?:with|by|to|into|for) (?<to>.+?) in (?:the )?(?:file )?(?<file>\\S+)",
    ),
    plan: ({ from = "", to = "", file = "" }, words, context) =>
      namesFile(file, words) ? replace(from, to, file, words, context) : undefined,
  },
  {
    example: "run the tests",
    pattern: pattern(
      "(?:run|execute|start) (?:the |all |my |our )*(?:(?:unit )?(?<test>tests?|test suite)|(?<build>build)|(?<lint>lint|linter))",
    ),
    plan: ({ build, lint }, _words, context) => runScript(build ? "build" : lint ? "lint" : "test", context),
  },
  {
    example: "run `npm test`",
    pattern: pattern("(?:(?:run|execute|exec)(?: the)?(?: (?:shell )?command)?:? |[$!] ?)(?<command>\\S.*)"),
    plan: ({ command = "" }, words) => run(words.literal(command)),
  },
  {
    example: "how many lines does README.md have",
    pattern: pattern(
      "(?:count|how many)(?: the)?(?: number of)? lines(?: of code)?",
      "(?: does (?<file>\\S+) have|",
      THERE,
      "(?: (?:in|of) (?<where>.+?))?",
      THERE,
      ")",
    ),
    plan: ({ file, where }, words) => countLines(file ?? where, words),
  },
  {
    example: "count the TypeScript files in src",
    pattern: pattern("(?:count|how many) ", THE, "(?:(?<kind>\\S+) )?files", THERE, WHERE, THERE),
    plan: ({ kind, where }, words, context) => countFiles({ kind, where }, words, context),
  },
  {
    example: "how many TODOs are there",
    pattern: pattern(
      "(?:count|how (?:many times|often)|how many)(?: does| do)? ",
      THE,
      "(?:number of |occurrences? of |lines with |matches (?:of|for) )?(?<what>.+?)(?: appears?| occurs?)?",
      THERE,
      WHERE,
    ),
    plan: ({ what = "", where }, words) =>
      isSearch(what) && !/^(?:words|characters|letters|bytes)$/i.test(what) ? countText(what, where, words) : undefined,
  },
  {
    example: "which files contain TODO",
    pattern: pattern(
      "(?:which|what|find|list|show)(?: me)? ",
      THE,
      "files (?:that |which )?(?:contain|containing|mention|mentioning|use|using|import|importing|have|having|with) (?<what>.+?)",
      WHERE,
    ),
    plan: ({ what = "", where }, words) => (isSearch(what) ? findFilesWith(what, where, words) : undefined),
  },
  {
    example: "find the file theme.ts",
    pattern: pattern("(?:find|locate|where is) (?:the |a )?files? (?:named |called )?(?<name>\\S+)"),
    plan: ({ name = "" }, words, context) => list({ kind: name }, words, context),
  },
  {
    example: "list the markdown files in docs",
    pattern: pattern(
      "(?:list|show|find|give|get|what|which|ls|glob)(?: me)?(?: are)? ",
      THE,
      "(?:(?<kind>\\S+) )?files",
      THERE,
      WHERE,
      "(?: (?:matching|named|called|like) (?<name>\\S+))?",
    ),
    plan: ({ kind, name, where }, words, context) => list({ kind: name ?? kind, where }, words, context),
  },
  {
    example: "list src",
    pattern: pattern("(?:ls|dir|list|glob)(?: (?:the )?(?:folder |directory )?(?<where>\\S+))?"),
    plan: ({ where }, words, context) =>
      where === undefined || /[./*]/.test(where) || !/[A-Z]/.test(where) ? list({ where }, words, context) : undefined,
  },
  {
    example: "summarise this repository",
    pattern: pattern(
      "(?:(?:read|summari[sz]e|explain|describe|explore|analy[sz]e|what is|tell me about|give me an overview of|what(?:'s| is) in) ",
      "(?:this|the|my) (?:\\w+ )?(?:repo|repository|project|codebase|code base|folder|workspace)",
      "|what does (?:this|the) (?:repo|repository|project|codebase|code) do)(?: .*)?",
    ),
    plan: (_parts, _words, context) => summariseProject(context),
  },
  {
    example: "show LICENSE",
    pattern: pattern(
      "(?:show|print|cat|display|output)(?: me)? ",
      THE,
      "(?:contents? of |text of )?(?:the )?(?:file )?(?<file>\\S+)",
    ),
    plan: ({ file = "" }, words, context) => (namesFile(file, words) ? show(file, words, context) : undefined),
  },
  {
    example: "read package.json and summarise it",
    pattern: pattern(
      "(?:read|open|look at|look into|view|check|summari[sz]e|explain|describe|tell me about|(?:give me )?a summary of|what(?:'s| is) in|what does) ",
      "(?:the )?(?:files? )?(?:contents? of )?(?<files>.+?)",
      "(?:(?:,|,? and|,? and then|,? then) (?:summari[sz]e|explain|describe|tell|say|show|give|what|report)\\b.*| do| contain| say| mean| file)?",
    ),
    plan: ({ files = "" }, words, context) => {
      const names = files.split(/,? and |, /).filter(Boolean);
      if (names.length === 1 && files.endsWith("/")) return list({ where: files }, words, context);
      return names.every((name) => namesFile(name, words)) ? summariseFiles(names, words, context) : undefined;
    },
  },
  {
    example: "find every TODO and write them to todo.md",
    pattern: pattern(
      "(?:find|search(?: for)?|grep(?: for)?|look for|locate|where (?:is|are)|show|list|collect|gather)(?: me)? ",
      THE,
      "(?:(?:occurrences?|uses?|usages?|mentions?|places?|instances?|lines?) (?:of |with |containing |that (?:contain|have|say|mention) )|(?:word|text|string|phrase) )?",
      "(?<what>.+?)(?: (?:comments?|markers?|notes?))?(?: (?:is |are )?(?:used|mentioned|defined|called))?",
      WHERE,
    ),
    plan: ({ what = "", where }, words, context) => (isSearch(what) ? find(what, where, words, context) : undefined),
  },
];
