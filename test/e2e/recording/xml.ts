const TAG = /<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/y;
const TEXT = /[^<]+/y;
const LOOSE = /&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-fA-F]+);)/;

/** What keeps a text from being well-formed XML, of the kind that has elements, attributes and text alone. */
export function xmlProblem(text: string): string | undefined {
  const open: string[] = [];
  let roots = 0;
  for (let at = 0; at < text.length; ) {
    TAG.lastIndex = at;
    TEXT.lastIndex = at;
    const tag = TAG.exec(text);
    const [part = ""] = tag ?? TEXT.exec(text) ?? [];
    if (!part) return `no tag: ${text.slice(at, at + 40)}`;
    if (LOOSE.test(part)) return `a sign that has to be escaped: ${part.slice(0, 40)}`;
    if (!tag && open.length === 0 && part.trim()) return `text outside: ${part.slice(0, 40)}`;
    if (tag) {
      const [, closes, name = "", attributes = "", isEmpty] = tag;
      const names = [...attributes.matchAll(/([\w:-]+)="/g)].map(([, attribute]) => attribute);
      if (new Set(names).size < names.length) return `an attribute twice: ${part.slice(0, 40)}`;
      if (!closes && open.length === 0 && ++roots > 1) return `a second root: ${part.slice(0, 40)}`;
      if (closes && open.pop() !== name) return `closed, but not open: ${name}`;
      if (!closes && !isEmpty) open.push(name);
    }
    at += part.length;
  }
  return open.length || roots === 0 ? `not closed: ${open.join(", ")}` : undefined;
}
