/** Schemes that a click may open. Anything else could start a program. */
const SCHEMES: ReadonlySet<string> = new Set(["https:", "http:", "mailto:", "file:"]);
const LONGEST = 2000;
/** An answer names the same places again, and looks at what is open many times. */
const MOST_REMEMBERED = 500;
const remembered = new Map<string, string | undefined>();

/** The address as a terminal may get it, in plain ASCII; `undefined` if nobody should open it. */
export function allowedLink(address: string): string | undefined {
  if (address.length > LONGEST) return undefined;
  if (remembered.has(address)) return remembered.get(address);
  const allowed = checked(address);
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  remembered.set(address, allowed);
  return allowed;
}

function checked(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, href } = new URL(address);
  return SCHEMES.has(protocol) && /^[\x21-\x7e]+$/.test(href) ? href : undefined;
}
