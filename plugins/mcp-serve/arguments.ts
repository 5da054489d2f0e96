/** What a command's hint says of its arguments: `<needed> [other]`. */
export function argumentsOf(hint = ""): readonly { readonly name: string; readonly required: boolean }[] {
  const named = [...hint.matchAll(/<([^<>]+)>|\[([^[\]]+)\]/g)].map(([, needed, other]) => ({
    name: (needed ?? other ?? "").trim(),
    required: needed !== undefined,
  }));
  if (named.length || !hint) return named;
  return [{ name: "arguments", required: false }];
}

/** Values in the order of the hint, as they would be typed; the last one takes the rest of the line. */
export function argumentsText(hint: string | undefined, values: Readonly<Record<string, string>>): string {
  const words = argumentsOf(hint).map(({ name }) => (Object.hasOwn(values, name) ? (values[name] ?? "") : ""));
  while (words.at(-1) === "") words.pop();
  return words
    .map((word, index) => (index < words.length - 1 && /^$|\s/.test(word) ? `"${word.replaceAll('"', "'")}"` : word))
    .join(" ");
}
