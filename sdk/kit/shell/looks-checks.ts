/** Doubts about words of programs that look, which a table of flags cannot say. */

/** Directives of `printf`: `%n` would set a variable, and so would one that an escape makes. */
const DIRECTIVE = /%(?:%|[-+ #0']*(?:\d+|\*)?(?:\.(?:\d+|\*)?)?[hlLjzt]*[diouxXeEfFgGaAcsbq])/g;

export function isPlainFormat(format: string): boolean {
  const isOdd = /%/.test(format.replace(DIRECTIVE, "")) || /\\(?:x25|0?45|[uU]0*25)/.test(format);
  return !isOdd && !format.startsWith("-");
}

const PRINTS_FIELDS =
  /^\s*\{\s*print(?:\s+|(?=["$}]))(?:(?:\$(?:\d+|NF)|N[RF]|"[^"\\\n]*")(?:\s*,\s*|\s+|(?=["$}])))*\s*\}\s*$/;

/** A program of awk that prints fields of each line; a word with `=` would set a variable. */
export function isPrintingFields(program: string, files: readonly string[]): boolean {
  return PRINTS_FIELDS.test(program) && !files.some((file) => file.includes("="));
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
