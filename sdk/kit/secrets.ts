/**
 * Finds what looks like a secret in a text: keys in the shapes that providers give them, private keys, passwords in addresses, and
 * assignments whose name says secret or whose value looks drawn by lot. Rather one too many than one too few, but for what is
 * plainly a place holder.
 */

/** A piece of a text that must not be kept. */
export interface FoundSecret {
  /** What it seems to be, for people: `GitHub token`. */
  readonly kind: string;
  readonly start: number;
  readonly end: number;
}

/** Shapes, each with the part that is secret: the group `it`, or all. */
const SHAPES: readonly (readonly [string, RegExp])[] = [
  ["private key", /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]+-----|$)/g],
  ["age key", /\bAGE-SECRET-KEY-1[0-9A-Z]{20,}/g],
  ["Anthropic key", /\bsk-ant-[\w-]{16,}/g],
  ["OpenAI key", /\bsk-(?:proj-|svcacct-|admin-|or-v1-)?[A-Za-z0-9_-]{20,}/g],
  ["GitHub token", /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,})/g],
  ["GitLab token", /\bgl(?:pat|ptt|dt|rt|ft|soat|cbt|agent|oas)-[\w-]{16,}/g],
  ["AWS key id", /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/g],
  ["Google key", /\bAIza[\w-]{30,}|\bya29\.[\w-]{20,}|\bGOCSPX-[\w-]{20,}/g],
  [
    "Slack token",
    /\bxox[abeoprs]-[\w-]{10,}|\bxapp-\d-[\w-]{10,}|hooks\.slack\.com\/(?:services|workflows)\/[\w/]{20,}/g,
  ],
  ["Discord webhook", /discord(?:app)?\.com\/api\/webhooks\/\d+\/[\w-]{20,}/g],
  ["Stripe key", /\b(?:[rs]k_(?:live|test)_|whsec_)[A-Za-z0-9]{16,}/g],
  ["npm token", /\bnpm_[A-Za-z0-9]{30,}/g],
  ["PyPI token", /\bpypi-[\w-]{30,}/g],
  ["SendGrid key", /\bSG\.[\w-]{16,}\.[\w-]{16,}/g],
  ["Twilio key", /\b(?:SK|AC)[0-9a-f]{32}\b/g],
  ["Hugging Face token", /\bhf_[A-Za-z0-9]{20,}/g],
  ["DigitalOcean token", /\bdo[opr]_v1_[0-9a-f]{32,}/g],
  ["Databricks token", /\bdapi[0-9a-f]{32}\b/g],
  ["Shopify token", /\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}\b/g],
  ["Notion token", /\b(?:ntn|secret)_[A-Za-z0-9]{40,}/g],
  ["Linear key", /\blin_(?:api|oauth)_[A-Za-z0-9]{30,}/g],
  ["Telegram token", /\b\d{8,10}:AA[\w-]{32,}/g],
  ["Vault token", /\bhv[sbr]\.[\w-]{20,}/g],
  ["Doppler token", /\bdp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{30,}/g],
  ["Groq or xAI key", /\b(?:gsk_|xai-)[A-Za-z0-9]{30,}/g],
  ["Azure key", /\b(?:AccountKey|SharedAccessKey|sig)=(?<it>[A-Za-z0-9+/%]{30,}=*)/g],
  ["JSON web token", /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*/g],
  ["authorization header", /\b(?:Bearer|Basic|Token)\s+(?<it>[\w.~+/-]{16,}=*)/g],
  ["password in an address", /\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@]{0,100}:(?<it>[^\s/@]{1,300})@/gi],
  [
    "password on a command line",
    /(?<=\s)(?:--?(?:password|passwd|pass|token|secret|api-?key)[= ]|-p(?=\S*\d))(?<it>[^\s"'-][^\s"']{5,})/gi,
  ],
];

// Bounded wherever a repetition could begin anywhere in a long word: a text of one letter must not take a minute.
/** A name and what it is set to: `API_KEY=…`, `"password": "…"`, `secret is …`. */
const ASSIGNMENT =
  /(?<![\w.-])[\w.-]{0,60}?(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|api[ _-]?key|access[ _-]?key|private[ _-]?key|auth|credentials?|client[ _-]?key)[\w-]{0,40}["'`]?\s{0,9}(?:[:=]{1,2}>?|\bis\b)\s{0,9}["'`]?(?<it>[^\s"'`,;)}\]]{6,})/gi;
/** Whatever its name: a value that no one has thought up. */
const ANY_ASSIGNMENT =
  /(?<![\w.-])[\w.-]{2,80}["'`]?\s{0,9}[:=]\s{0,9}["'`]?(?<it>[A-Za-z0-9+/_-]{24,}={0,2})(?![\w/.])/g;

const PLACE_HOLDER =
  /^(?:[x*.•_-]+|<.*|\$.*|%.*%?|\{.*|process\.env.*|os\.environ.*|env\..*|your.*|my[-_]?.*(?:key|token|secret|password)|example.*|changeme|redacted.*|\[?redacted.*|placeholder|none|null|undefined|true|false|string|required|optional|.*\.{3}|.*…)$/i;
/** Names of things that look drawn by lot and are no secrets: hashes, ids, checksums. */
const HARMLESS_NAME =
  /(?:sha\d*|hash|digest|integrity|commit|checksum|uuid|guid|etag|revision|\bid|_id|Id)["'`]?\s*[:=]/;
const BITS_NAMED = 2.5;
const BITS_UNNAMED = 4;

/**
 * What looks like a secret, in the order of the text; pieces do not overlap.
 *
 * @example
 * findSecrets("password: hunter2!").map(({ kind }) => kind); // ["secret in an assignment"]
 */
export function findSecrets(text: string): readonly FoundSecret[] {
  const found: FoundSecret[] = [];
  const take = (kind: string, match: RegExpMatchArray) => {
    const it = match.groups?.it ?? match[0];
    const start = (match.index ?? 0) + match[0].lastIndexOf(it);
    found.push({ kind, start, end: start + it.length });
  };
  for (const [kind, shape] of SHAPES) {
    for (const match of text.matchAll(shape)) {
      if (!PLACE_HOLDER.test(match.groups?.it ?? "")) take(kind, match);
    }
  }
  for (const match of text.matchAll(ASSIGNMENT)) {
    if (isSecretValue(match.groups?.it ?? "")) take("secret in an assignment", match);
  }
  for (const match of text.matchAll(ANY_ASSIGNMENT)) {
    if (!HARMLESS_NAME.test(match[0]) && isDrawnByLot(match.groups?.it ?? "")) take("value drawn by lot", match);
  }
  return withoutOverlap(found);
}

/** Whether a text holds what looks like a secret. */
export function hasSecrets(text: string): boolean {
  return findSecrets(text).length > 0;
}

/**
 * The text with every secret replaced by what it was.
 *
 * @example
 * redactSecrets("password: hunter2!"); // "password: [secret in an assignment]"
 */
export function redactSecrets(text: string): string {
  let out = "";
  let at = 0;
  for (const { kind, start, end } of findSecrets(text)) {
    out += `${text.slice(at, start)}[${kind}]`;
    at = end;
  }
  return out + text.slice(at);
}

/** Behind a name that says secret, whatever is no word and no place holder. */
function isSecretValue(value: string): boolean {
  if (PLACE_HOLDER.test(value)) return false;
  // A word of prose, a path, a call or a dotted name: where the secret lies, not the secret.
  if (/^[a-z]+[.,:!?]?$/i.test(value) || /^\.{0,2}\/|\(|^[a-z_]\w*(?:\.[a-z_]\w*)+$/i.test(value)) return false;
  if (/^[A-Z][A-Z_]+$/.test(value) || /^[a-z]+(?:[-_][a-z]+)*$/.test(value)) return false;
  return bitsPerSign(value) >= BITS_NAMED;
}

/** Long, of letters of both cases and digits, and without the repetitions of words and paths. */
function isDrawnByLot(value: string): boolean {
  // Many slashes make a path.
  if (PLACE_HOLDER.test(value) || value.split("/").length - 1 > value.length / 20) return false;
  if (/^[0-9a-f-]+$/i.test(value) || !/\d/.test(value)) return false;
  if (!/[a-z]/.test(value) || !/[A-Z]/.test(value)) return false;
  return bitsPerSign(value) >= BITS_UNNAMED;
}

function bitsPerSign(value: string): number {
  const counts = new Map<string, number>();
  for (const sign of value) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}

function withoutOverlap(found: readonly FoundSecret[]): readonly FoundSecret[] {
  const kept: FoundSecret[] = [];
  for (const one of [...found].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = kept.at(-1);
    if (!last || one.start >= last.end) kept.push(one);
    else if (one.end > last.end) kept[kept.length - 1] = { ...last, end: one.end };
  }
  return kept;
}
