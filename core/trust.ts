/**
 * Trust comes from outside the folder: a flag, the environment, or what the person said before. No byte of the folder counts:
 * only its real path is looked at, and the hash of what the person was shown.
 */
import fs from "node:fs";
import path from "node:path";
import { type Claim, type HostInfo, type LeftOut, messageOf, type ReviewedClaim, type Trust } from "gantry/sdk";
import { sha256Of } from "gantry/sdk/kit/fingerprint";
import { makeFolders, realPath } from "gantry/sdk/kit/folders";
import { isWithin } from "gantry/sdk/kit/paths";
import * as z from "zod";
import { error } from "./errors.ts";

/** Made where there is a file to read: most starts have none. */
function stateSchema() {
  const approvalSchema = z.object({ kind: z.string(), source: z.string(), sha256: z.string() });
  const entrySchema = z.object({ isTrusted: z.boolean(), approved: z.array(approvalSchema) });
  // Version 0.1 kept a list: those folders are trusted, and what they ask for has still to be seen.
  const listSchema = z.array(z.string()).transform((list) => Object.fromEntries(list.map((one) => [one, TRUSTED])));
  return z.object({ folders: z.record(z.string(), entrySchema).or(listSchema) });
}

interface Approval {
  readonly kind: string;
  readonly source: string;
  readonly sha256: string;
}
interface Entry {
  readonly isTrusted: boolean;
  readonly approved: readonly Approval[];
}
type Folders = Readonly<Record<string, Entry>>;

const NOTHING: Entry = { isTrusted: false, approved: [] };
const TRUSTED: Entry = { isTrusted: true, approved: [] };

/** What the person has said of folders, as far as it concerns this one. */
export class TrustBook implements Trust {
  /** Everything counts, for this run. */
  readonly isWhole: boolean;
  /** Whether what is said lasts: not of the home folder or one that holds it, since it would hold for all that lies below. */
  readonly isRemembered: boolean;
  /** What is wrong with the file. */
  readonly problem: string | undefined;
  readonly #cwd: string;
  readonly #home: string;
  readonly #file: string;
  readonly #list: () => Promise<readonly Claim[]>;
  #folders: Folders;
  /** What was said in this run alone. */
  #run = NOTHING;
  /** What holds for this folder: said of it, or of one that it lies in. */
  #entries: readonly Entry[] = [];
  #approved: ReadonlySet<string> = new Set();
  /** What a yes would approve: what was shown. */
  #shown: readonly ReviewedClaim[] | undefined;

  /** `list`: all that the folder asks for. */
  constructor({ cwd, home, stateFolder, isTrusted }: HostInfo, list: () => Promise<readonly Claim[]>) {
    this.#list = list;
    this.isWhole = isTrusted;
    this.#cwd = cwd;
    this.#home = realPath(home);
    this.#file = path.join(stateFolder, "trust.json");
    this.isRemembered = this.#mayHold(cwd);
    const { folders, problem } = read(this.#file);
    this.#folders = folders;
    this.problem = problem && `${this.#file} cannot be read, so that no folder is trusted: ${problem}`;
    this.#settle();
  }

  get isTrusted(): boolean {
    return this.isWhole || this.#entries.some((entry) => entry.isTrusted);
  }

  get folders(): readonly string[] {
    return Object.keys(this.#folders).filter((folder) => this.#folders[folder]?.isTrusted && this.#mayHold(folder));
  }

  approves(claim: Claim): boolean {
    return this.isWhole || this.#isApproved(claim);
  }

  async review(): Promise<readonly ReviewedClaim[]> {
    const claims = await this.#list();
    const present = new Set(this.#approved.size ? claims.map(hashOf) : []);
    const gone = this.#entries.flatMap(({ approved }) => approved.filter(({ sha256 }) => !present.has(sha256)));
    return claims.map((claim) => {
      if (this.#isApproved(claim)) return { ...claim, state: "approved" };
      const isReplacing = gone.some(({ kind, source }) => kind === claim.kind && source === claim.source);
      return { ...claim, state: isReplacing ? "changed" : "new" };
    });
  }

  async leftOut(): Promise<LeftOut> {
    const shown = (await this.review()).filter(({ state }) => state !== "approved");
    this.#shown = shown;
    return { isTrusted: this.isTrusted, isRemembered: this.isRemembered, claims: this.isWhole ? [] : shown };
  }

  /** The person trusts the folder, and what of it was shown last. */
  async approveShown(): Promise<void> {
    if (!this.#shown) await this.leftOut();
    this.#approve(this.#shown ?? [], true);
    this.#shown = undefined;
  }

  approve(claims: readonly Claim[]): void {
    this.#approve(claims, false);
  }

  #approve(claims: readonly Claim[], isFolder: boolean): void {
    const added = claims.filter(({ problem }) => problem === undefined).map(approvalOf);
    const joined = ({ isTrusted, approved }: Entry): Entry => ({
      isTrusted: isTrusted || isFolder,
      approved: [...new Map([...approved, ...added].map((one) => [one.sha256, one])).values()],
    });
    if (!this.isRemembered) this.#run = joined(this.#run);
    else this.#change((folders) => ({ ...folders, [this.#cwd]: joined(folders[this.#cwd] ?? NOTHING) }));
    this.#settle();
  }

  revoke(kind: string): number {
    const isMeant = (one: Approval) => one.kind === kind;
    const without = ({ isTrusted, approved }: Entry): Entry => ({
      isTrusted,
      approved: approved.filter((one) => !isMeant(one)),
    });
    const count = [this.#run, this.#folders[this.#cwd] ?? NOTHING].flatMap(({ approved }) =>
      approved.filter(isMeant),
    ).length;
    this.#run = without(this.#run);
    if (this.#folders[this.#cwd]?.approved.some(isMeant)) {
      this.#change((folders) => ({ ...folders, [this.#cwd]: without(folders[this.#cwd] ?? NOTHING) }));
    }
    this.#settle();
    return count;
  }

  forget(folder: string): boolean {
    if (!Object.hasOwn(read(this.#file).folders, folder)) return false;
    this.#change(({ [folder]: _, ...others }) => others);
    return true;
  }

  #settle(): void {
    const holding = Object.entries(this.#folders).filter(
      ([folder]) => this.#mayHold(folder) && isWithin(this.#cwd, [folder]),
    );
    this.#entries = [this.#run, ...holding.map(([, entry]) => entry)];
    this.#approved = new Set(this.#entries.flatMap(({ approved }) => approved.map(({ sha256 }) => sha256)));
  }

  #isApproved(claim: Claim): boolean {
    return this.#approved.size > 0 && claim.problem === undefined && this.#approved.has(hashOf(claim));
  }

  #mayHold(folder: string): boolean {
    return path.isAbsolute(folder) && !isWithin(this.#home, [folder]);
  }

  /** Another run may have written meanwhile; a file that cannot be read is kept beside. */
  #change(change: (folders: Folders) => Folders): void {
    const temporary = `${this.#file}.${process.pid}`;
    try {
      const { folders, problem } = read(this.#file);
      makeFolders(path.dirname(this.#file), 0o700);
      if (problem !== undefined) fs.renameSync(this.#file, `${this.#file}.broken`);
      const changed = change(folders);
      fs.writeFileSync(temporary, `${JSON.stringify({ folders: changed }, null, 2)}\n`, { mode: 0o600 });
      fs.renameSync(temporary, this.#file);
      this.#folders = changed;
    } catch (cause) {
      throw error("GANTRY_STATE_UNWRITABLE", { path: this.#file, problem: messageOf(cause) }, cause);
    }
  }
}

/** A file that is absent, broken or of another shape trusts nothing. */
function read(file: string): { readonly folders: Folders; readonly problem?: string } {
  try {
    const content: unknown = JSON.parse(fs.readFileSync(file, "utf8"));
    const { success, data } = stateSchema().safeParse(content);
    return success ? { folders: data.folders } : { folders: {}, problem: "it has another shape." };
  } catch (thrown) {
    const isAbsent = ["ENOENT", "ENOTDIR"].includes((thrown as NodeJS.ErrnoException).code ?? "");
    return { folders: {}, ...(!isAbsent && { problem: messageOf(thrown) }) };
  }
}

function approvalOf(claim: Claim): Approval {
  return { kind: claim.kind, source: claim.source, sha256: hashOf(claim) };
}

function hashOf({ kind, source, text }: Claim): string {
  return sha256Of(JSON.stringify([kind, source, text]));
}
