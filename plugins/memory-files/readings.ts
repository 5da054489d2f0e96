import {
  type Claim,
  type Files,
  type HostInfo,
  type Judge,
  perSession,
  rootOf,
  type SessionView,
  type Settings,
  type SettingValue,
  type Trust,
  z,
} from "gantry/sdk";
import { pathMatcher } from "gantry/sdk/kit/path-globs";
import type { Instruction } from "./instruction.ts";
import type { Reading } from "./read.ts";

interface Services {
  readonly files: Files;
  readonly trust: Trust;
  readonly judge: Judge;
  readonly settings: Settings | undefined;
}

/** How files are read: in a session, with its rules, or to list what they ask for. */
export interface Readings {
  inSession(session: SessionView): Reading & { readonly fixed: readonly Instruction[] };
  toList(take: (claim: Claim) => void): Reading;
  /** What files asked for that nobody saw when the folder was looked through. */
  readonly met: ReadonlyMap<string, Claim>;
}

export function createReadings(host: HostInfo, { files, trust, judge, settings }: Services): Readings {
  const met = new Map<string, Claim>();
  const toldIn = perSession(() => new Set<string>());

  function base() {
    const globs = settings?.get("claudeMdExcludes", z.array(z.string())) ?? [];
    const isLeftOut = globs.length ? pathMatcher(globs, host.home) : () => false;
    return { files, home: host.home, isExcluded: (...paths: string[]) => paths.some(isLeftOut) };
  }

  return {
    met,
    inSession: (session) => {
      const told = toldIn(rootOf(session));
      const tell = (said: string) => {
        if (!told.has(said)) session.notify({ level: "warning", plugin: "memory-files", text: said });
        told.add(said);
      };
      return {
        ...base(),
        tell,
        fixed: managedTexts(settings).map(fixedInstruction),
        async mayImport(realPath, claim) {
          if (claim && !trust.approves(claim)) {
            met.set(`${claim.source}\0${claim.text}`, claim);
            return false;
          }
          const verdict = await judge.judge(session, { name: "Read", input: { file_path: realPath } });
          if (verdict.decision === "deny") tell(`${realPath} is left out of the instructions: reading it is denied.`);
          return verdict.decision !== "deny";
        },
      };
    },
    toList: (take) => ({
      ...base(),
      tell: () => undefined,
      mayImport(_, claim) {
        if (claim) take(claim);
        return !claim || trust.approves(claim);
      },
    }),
  };
}

/** Instructions that an administrator has put into the settings themselves. */
function managedTexts(settings: Settings | undefined): readonly SettingValue<string>[] {
  return (settings?.layers("claudeMd", z.string()) ?? []).filter(({ layer }) => layer === "managed");
}

function fixedInstruction({ value, source }: SettingValue<string>): Instruction {
  return { path: source, realPath: source, kind: "Managed", reason: "session_start", text: value.trim() };
}
