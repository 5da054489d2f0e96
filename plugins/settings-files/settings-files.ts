import {
  type HostInfo,
  type Notice,
  PluginError,
  perSession,
  type SessionView,
  type Settings,
  type SettingValue,
  type Setup,
  type Trust,
  type z,
} from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";
import { approvedPart, claimsOf } from "./claims.ts";
import type { settingsFiles } from "./index.ts";
import { flagLayers, managedFile, type ReadLayer, readLayers } from "./layers.ts";
import { mergeValues, valueAt } from "./merge.ts";
import { mayCount } from "./reach.ts";

/** The setup with the managed file at another place: for tests alone, since nothing else may lead around that file. */
export function settingsFrom(managed: string): Setup<typeof settingsFiles> {
  return ({ host, use }) => {
    const problems = problemList();
    const flags = flagLayers(host);
    let known: readonly ReadLayer[] | undefined;
    // No file is read before somebody asks.
    const read = () => {
      known ??= readLayers(host, managed, flags, problems.report);
      return known;
    };
    const settings = createSettings(host, read, problems, use.trust);
    return {
      services: { settings },
      claims: { "allow-rules": () => claimsOf(read()) },
      taps: { sessionStart: (session) => problems.tell(session, settings.problems) },
    };
  };
}

export default settingsFrom(managedFile(process.platform));

function createSettings(
  { isTrusted }: HostInfo,
  read: () => readonly ReadLayer[],
  problems: Problems,
  trust: Trust,
): Settings {
  function found<T>(path: string, schema: z.ZodType<T>): readonly (SettingValue<T> & { readonly raw: unknown })[] {
    return read().flatMap(({ layer, source, root, content }) => {
      const report = (problem: string) => problems.report(`${source}: ${problem}`);
      const folder = { isTrusted, approved: (value: unknown) => approvedPart(value, source, trust) };
      const raw = mayCount(valueAt(content, path), path, layer, folder, report);
      if (raw === undefined) return [];
      const parsed = schema.safeParse(raw);
      if (parsed.success) return [{ value: parsed.data, raw, layer, source, root }];
      const [issue] = parsed.error.issues;
      const key = [path, ...(issue?.path ?? [])].join(".");
      const problem = issue?.message ?? "not valid";
      // Unlike what merely lies in a file, what was asked for must be good.
      if (layer === "flag") throw invalid(key, source, problem);
      report(`"${key}" does not count: ${problem}.`);
      return [];
    });
  }

  return {
    get(path, schema) {
      const values = found(path, schema);
      if (values.length === 0) return undefined;
      const merged = schema.safeParse(mergeValues(values.map(({ raw }) => raw)));
      if (merged.success) return merged.data;
      problems.report(`"${path}" is valid in each file but not with all together: only ${values[0]?.source} counts.`);
      return values[0]?.value;
    },
    layers: (path, schema) =>
      found(path, schema).map(({ value, layer, source, root }) => ({ value, layer, source, root })),
    watch: () => () => undefined,
    get problems() {
      read();
      return problems.all;
    },
  };
}

function invalid(key: string, source: string, problem: string): PluginError {
  return new PluginError(
    "GANTRY_SETTINGS_INVALID",
    `The setting "${key}" of ${source} is not valid: ${problem}.`,
    "Correct it, or leave it out.",
  );
}

interface Problems {
  readonly all: readonly Notice[];
  readonly report: (text: string) => void;
  readonly tell: (session: SessionView, sofar: readonly Notice[]) => void;
}

/** Every problem once. Sessions hear what is known when they start, and what is found while they last. */
function problemList(): Problems {
  const all: Notice[] = [];
  const open = new Set<SessionView>();
  const listen = perSession((session) => {
    open.add(session);
    session.scope.own(() => void open.delete(session));
  });
  return {
    all,
    report(text) {
      const notice: Notice = { level: "warning", text: visibleLine(text), plugin: "settings-files" };
      if (all.some((known) => known.text === notice.text)) return;
      all.push(notice);
      for (const session of open) session.notify(notice);
    },
    tell(session, sofar) {
      for (const notice of sofar) session.notify(notice);
      listen(session);
    },
  };
}
