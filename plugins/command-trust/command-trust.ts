import { resolve } from "node:path";
import { type FrontendHost, PluginError, type ReviewedClaim, type Setup, type Trust } from "gantry/sdk";
import { claimsText } from "gantry/sdk/kit/claims";
import { realPath } from "gantry/sdk/kit/folders";
import { didYouMean } from "gantry/sdk/kit/nearest";
import { isWithin } from "gantry/sdk/kit/paths";
import { visible } from "gantry/sdk/kit/visible";
import type { commandTrust } from "./index.ts";

const setup: Setup<typeof commandTrust> = ({ use: { trust } }) => ({
  subcommands: {
    async trust([word = "list", ...rest], flags, host) {
      const most = word === "remove" ? 1 : 0;
      if (rest[most] !== undefined) throw tooMany(rest[most]);
      const action = ACTIONS[word as keyof typeof ACTIONS];
      if (!Object.hasOwn(ACTIONS, word) || !action) throw unknown(word);
      const { text, data } = await action({ host, trust, folder: realPath(resolve(host.info.cwd, rest[0] ?? ".")) });
      host.stdout.write(`${flags.json ? JSON.stringify(data, null, 2) : visible(text)}\n`);
      return 0;
    },
  },
});

export default setup;

interface Asked {
  readonly host: FrontendHost;
  readonly trust: Trust;
  readonly folder: string;
}

interface Said {
  readonly text: string;
  readonly data: object;
}

/** How often what was approved may ask for more. */
const MOST_ROUNDS = 10;

const ACTIONS = { list, add, remove } satisfies Record<string, (asked: Asked) => Promise<Said> | Said>;

async function list({ host, trust }: Asked): Promise<Said> {
  const { cwd } = host.info;
  const [{ isTrusted }, claims] = [await host.untrusted(), await trust.review()];
  const { folders } = trust;
  const remembered = folders.map((one) => `\n  ${one}`).join("");
  const asked = claims.length
    ? `It asks for:\n${claimsText(claims, { hasStates: true, isTrusted })}`
    : "It asks for nothing.";
  const text = [
    folders.length ? `Trusted, each with what lies in it:${remembered}` : "No folder is remembered as trusted.",
    `${cwd} ${isTrusted ? "is trusted" : "is not trusted"}. ${asked}`,
  ];
  return { text: text.join("\n\n"), data: { folders, cwd, isTrusted, claims } };
}

/** Approves what is there, and what that asks for in turn: a configuration may name plugins. */
async function add({ host, trust }: Asked): Promise<Said> {
  const { cwd } = host.info;
  const approved: ReviewedClaim[] = [];
  for (let round = 0; ; round++) {
    const { isRemembered } = await host.untrusted();
    if (!isRemembered) throw notForGood(cwd);
    const claims = (await trust.review()).filter(({ state }) => state !== "approved");
    const refused = claims.filter(({ problem }) => problem !== undefined);
    const open = claims.filter(({ problem }) => problem === undefined);
    if (!open.length && round > 0) return { text: addedText(cwd, approved, refused), data: { cwd, approved, refused } };
    if (round === MOST_ROUNDS) throw endless(cwd);
    await host.trust();
    approved.push(...open);
  }
}

function addedText(cwd: string, approved: readonly ReviewedClaim[], refused: readonly ReviewedClaim[]): string {
  return [
    `${cwd} is trusted.`,
    ...(approved.length ? [`Approved, exactly as it is:\n${claimsText(approved)}`] : []),
    ...(refused.length ? [`Not approved:\n${claimsText(refused)}`] : []),
  ].join("\n\n");
}

function remove({ trust, folder }: Asked): Said {
  const isForgotten = trust.forget(folder);
  const holding = trust.folders.find((one) => isWithin(folder, [one]));
  const text = [
    `${folder} ${isForgotten ? "is forgotten, with all that was approved of it" : "was not remembered"}.`,
    ...(holding === undefined ? [] : [`It is still trusted, since it lies in ${holding}.`]),
  ];
  return { text: text.join(" "), data: { folder, isForgotten, ...(holding !== undefined && { holding }) } };
}

function unknown(word: string): PluginError {
  return new PluginError(
    "GANTRY_TRUST_WORD",
    `"${word}" is nothing that gantry trust does.${didYouMean(word, Object.keys(ACTIONS))}`,
    `It takes ${Object.keys(ACTIONS).join(", ")}.`,
  );
}

function tooMany(word: string): PluginError {
  return new PluginError("GANTRY_TRUST_EXTRA", `"${word}" is one word too many.`, "Add --help to see what it takes.");
}

function endless(cwd: string): PluginError {
  return new PluginError(
    "GANTRY_TRUST_ENDLESS",
    `${cwd} asks for something else each time that it is approved.`,
    "gantry trust list shows what, and where it stands.",
  );
}

function notForGood(cwd: string): PluginError {
  return new PluginError(
    "GANTRY_TRUST_BROAD",
    `${cwd} cannot be trusted for good: it is your home folder, or holds it, and everything below would be trusted.`,
    "Trust the folder that you work in, or give --trust for one run.",
  );
}
