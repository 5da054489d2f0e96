/**
 * Rules about shell commands, without a grammar. What allows is mean: with a `*` it covers a command of plain words alone.
 * What forbids is generous: it finds its command behind quotes, paths, separators and other programs.
 */
import { matchText } from "gantry/sdk/kit/stars";

const LONGEST = 32 * 1024;

// Whatever could make a shell do more than run one program with words; within quotes too, since quotes are not understood here.
const STEERS = /[;&|<>$`(){}]/;
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;
const ASSIGNMENT = /^[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=/;
// Programs that run what their words say, whatever begins a rule.
const RUNS_WORDS = /^(?:watch|setsid|ionice|flock)(?: |$)|^find .*-(?:exec|ok|delete|fls|fprint)/;

/** Whether an allow rule's specifier covers a command: word for word, or, with a `*`, if it is nothing but plain words. */
export function coversCommand(specifier: string, command: string): boolean {
  const text = command.trim();
  if (!specifier.includes("*")) return text === specifier;
  return isPlain(text) && !RUNS_WORDS.test(text) && fits(specifier, text);
}

/** Whether a command is one program and words, nothing that a shell would act on. */
export function isPlain(text: string): boolean {
  return text.length <= LONGEST && !STEERS.test(text) && !UNSEEN.test(text) && !ASSIGNMENT.test(text);
}

/** Whether a deny or ask rule's specifier speaks of anything in a command. */
export function mentionsCommand(specifier: string, command: string): boolean {
  const plain = (text: string) => unquote(text).replace(/\s+/g, " ").trim();
  const wanted = plain(specifier);
  return fits(wanted, plain(command)) || commandsIn(command).some((one) => fits(wanted, one));
}

/** Whether some program of a command is only known when it runs, such as `$tool x` or `/bin/r? x`. */
export function hidesProgram(command: string): boolean {
  return segmentsOf(command).some((words) => {
    const program = words.find((word) => !ASSIGNMENT.test(word) && !PASSED_OVER.has(word));
    return program !== undefined && !/^\[{1,2}$|^>/.test(unquote(program)) && /[$*?[]/.test(program);
  });
}

/** `x:*` and `x *` are `x` alone or with more words; `*` elsewhere is any text. */
function fits(specifier: string, text: string): boolean {
  const start = /^(.+)(?::| )\*$/s.exec(specifier)?.[1];
  return start === undefined ? matchText(specifier, text) : matchText(start, text) || matchText(`${start} *`, text);
}

/** Words before a command that leave it a command. After one of them, any later word may be the program. */
const PASSED_OVER = new Set(
  [
    "env sudo doas timeout nice nohup setsid stdbuf ionice chrt taskset xargs parallel watch time command builtin exec eval",
    "bash sh dash zsh ksh fish busybox su runuser chroot unshare nsenter flock strace script noglob",
    "if then elif else while until do ! coproc function for case select in >",
  ].flatMap((line) => line.split(" ")),
);

function commandsIn(command: string): readonly string[] {
  const found = new Set<string>();
  for (const written of segmentsOf(command)) {
    const words = written.map(unquote);
    const isFree = (word: string) => ASSIGNMENT.test(word) || PASSED_OVER.has(nameOf(word));
    const starts = words.map(
      (_, index) => index === 0 || isFree(words[0] as string) || /^-(exec|ok)/.test(words[index - 1] as string),
    );
    for (const [index, word] of words.entries()) {
      if (!starts[index]) continue;
      const rest = words.slice(index + 1);
      for (const program of [word, nameOf(word), nameOf(word).toLowerCase()]) found.add([program, ...rest].join(" "));
    }
  }
  return [...found];
}

/** The words of every part between separators, inside quotes too; a redirection is a word `>`. */
function segmentsOf(command: string): readonly (readonly string[])[] {
  return (
    command
      .replace(/\\\r?\n/g, "")
      .replace(/\$IFS\b|\$\{IFS[^}]*\}/g, " ")
      // What a substitution gives is as unknown as a variable.
      .replaceAll("`", " $$`")
      .split(/[;&|\n\r(){}`]+/)
      .map((part) =>
        part
          .replace(/\d*[<>]+/g, " > ")
          .split(/\s+/)
          .filter((word) => unquote(word) !== ""),
      )
      .filter((words) => words.length > 0)
  );
}

function unquote(word: string): string {
  return word.replace(/\$(?=['"])|['"\\]/g, "");
}

function nameOf(word: string): string {
  return word.slice(word.lastIndexOf("/") + 1);
}
