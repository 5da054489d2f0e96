/** Doubts about words of programs that look, which a table of flags cannot say. */

/** Directives of `printf`: `%n` would set a variable, and so would one that an escape makes. */
const DIRECTIVE = /%(?:%|[-+ #0']*(?:\d+|\*)?(?:\.(?:\d+|\*)?)?[hlLjzt]*[diouxXeEfFgGaAcsbq])/g;

export function isPlainFormat(format: string): boolean {
  const isOdd = /%/.test(format.replace(DIRECTIVE, "")) || /\\(?:x25|0?45|[uU]0*25)/.test(format);
  return !isOdd && !format.startsWith("-");
}

/** What of awk runs, reads or writes something else, or shows the environment. */
const AWK_ACTS =
  /(?<![A-Za-z_])(?:system|getline|close|fflush|ARGV|ARGC|ENVIRON|PROCINFO|SYMTAB|FUNCTAB|BINMODE|load|include)(?!\w)/;

/**
 * A program of awk that shows something of each line; a word with `=` would set a variable. A `|` would feed another program and
 * a `>` write a file: only where no statement has begun does it surely compare.
 */
export function isLookingAwk(program: string, files: readonly string[]): boolean {
  const compares = program.replaceAll("||", "").replaceAll(">=", "");
  const statements = compares.slice(compares.search(/\{|$/));
  const isPlain = /^[\t\n\x20-\x7e]*$/.test(program) && !/[@`|]|\\\n/.test(compares);
  return isPlain && !statements.includes(">") && !AWK_ACTS.test(program) && !files.some((file) => file.includes("="));
}

const ADDRESSES =
  /^(?:a(?:ddr(?:ess)?)?|r(?:oute)?|l(?:ink)?|n(?:eigh)?|rule)(?: (?:s|show|ls|list)(?: (?:dev )?[a-z][\w.-]*)?)?$/;

/** `ip addr`, `ip route show`. */
export function isShowingAddresses(words: readonly string[]): boolean {
  return ADDRESSES.test(words.join(" "));
}

/** Programs of binutils take a word with `@` for a file of further words. */
export function namesNoList(words: readonly string[]): boolean {
  return !words.some((word) => word.startsWith("@"));
}

/** `tar tf file`: a `:` in the name would make it ask another machine. */
export function isListingArchive([does = "", archive = "", ...more]: readonly string[]): boolean {
  return /^-?[vzjJ]*t[vzjJ]*f$/.test(does) && /^[^-:][^:]*$/.test(archive) && more.length === 0;
}

/** Words of `ps` without `-`: an `e` shows what every program was given as its environment, secrets too. */
export function isTameForPs(words: readonly string[], columns: string): boolean {
  return words.every((word) => /^(?:[auxwfljrT]+|\d[\d,]*)$/.test(word)) && !/env/i.test(columns);
}

/** `npm config get NAME`, where the name is that of nothing secret. */
export function isPlainSetting([get, name = "", ...more]: readonly string[]): boolean {
  return get === "get" && more.length === 0 && /^[a-z][a-z-]*$/.test(name) && !/auth|otp|pass|key|cert/.test(name);
}

const UNARY = /^-[bcdefghknprstuwxzLOSGN]$/;
const BINARY = /^(?:=|==|!=|-nt|-ot|-ef)$/;
const NUMERIC = /^-(?:eq|ne|lt|le|gt|ge)$/;

/** `test` with what evaluates nothing: not `-v`, which does. */
export function isTest(words: readonly string[]): boolean {
  const [a = "", b = "", c = ""] = words[0] === "!" ? words.slice(1) : words;
  const count = words.length - (words[0] === "!" ? 1 : 0);
  if (count === 1) return !a.startsWith("-");
  if (count === 2) return UNARY.test(a);
  return count === 3 && (BINARY.test(b) || (NUMERIC.test(b) && /^-?\d+$/.test(a) && /^-?\d+$/.test(c)));
}
