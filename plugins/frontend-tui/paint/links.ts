/** Schemes that a click may open. Anything else could start a program. */
const SCHEMES: ReadonlySet<string> = new Set(["https:", "http:", "mailto:", "file:"]);
const LONGEST = 2000;

/** The address as a terminal may get it, in plain ASCII; `undefined` if nobody should open it. */
export function allowedLink(address: string): string | undefined {
  if (address.length > LONGEST || !URL.canParse(address)) return undefined;
  const { protocol, href } = new URL(address);
  return SCHEMES.has(protocol) && /^[\x21-\x7e]+$/.test(href) ? href : undefined;
}
