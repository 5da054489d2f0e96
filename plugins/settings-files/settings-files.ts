import {
  messageOf,
  PluginError,
  type Settings,
  type SettingsChange,
  type SettingValue,
  type Setup,
  type Trust,
  type z,
} from "gantry/sdk";
import { addFolders } from "./added-folders.ts";
import { approvedIn, claimsOf } from "./claims.ts";
import { fitted } from "./fit.ts";
import { flagSettings } from "./flags.ts";
import type { settingsFiles } from "./index.ts";
import { createLayers, type Layer, type Layers, managedFile } from "./layers.ts";
import { stricterValue } from "./managed.ts";
import { mergeValues, valueAt } from "./merge.ts";
import { type Problems, problemList } from "./problems.ts";
import type { Dropped } from "./reach.ts";

/** The setup with the managed file at another place: for tests alone, since nothing else may lead around that file. */
export function settingsFrom(managed: string): Setup<typeof settingsFiles> {
  return ({ host, log, use }) => {
    const layers = createLayers(host, managed, flagSettings(host));
    const problems = problemList();
    const listeners = new Set<(change: SettingsChange) => void>();
    const settings = createSettings({ layers, problems, listeners, trust: use.trust, refresh });

    /** What was saved counts from the next prompt and the next call on. */
    function refresh(): undefined {
      const changes = layers.refresh();
      if (!changes) return;
      problems.renew();
      reportFiles(layers, problems);
      for (const change of changes) {
        for (const listener of [...listeners]) {
          try {
            listener(change);
          } catch (error) {
            log(`a listener of changed settings failed: ${messageOf(error)}`);
          }
        }
      }
    }

    return {
      services: { settings },
      claims: { "allow-rules": () => claimsOf(layers.current.layers) },
      taps: {
        sessionStart: (session) => {
          reportFiles(layers, problems);
          if (session.parent) return;
          problems.tell(session);
          addFolders(session, settings);
        },
        input: () => refresh(),
        toolGate: () => refresh(),
      },
    };
  };
}

export default settingsFrom(managedFile(process.platform));

interface SettingsParts {
  readonly layers: Layers;
  readonly problems: Problems;
  readonly listeners: Set<(change: SettingsChange) => void>;
  readonly trust: Trust;
  readonly refresh: () => void;
}

function createSettings({ layers, problems, listeners, trust, refresh }: SettingsParts): Settings {
  function found<T>(path: string, schema: z.ZodType<T>): readonly (SettingValue<T> & { readonly raw: unknown })[] {
    return layers.current.layers.flatMap((layer) => {
      for (const { key, reason, kind } of droppedAt(layer, path)) {
        problems.report(`${kind === "file" ? layer.source : layer.at(key.split("."))}: ${reason}`);
      }
      const raw = approvedIn(valueAt(layer.content, path), path, layer, trust);
      if (raw === undefined) return [];
      const fit = fitting(layer, path, raw, schema, problems);
      return fit ? [{ ...fit, layer: layer.layer, source: layer.source, root: layer.root }] : [];
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
    leftOut: (path) =>
      layers.current.layers.flatMap((layer) =>
        droppedAt(layer, path).map(({ key, reason }) => ({
          key,
          reason,
          value: valueAt(layer.written, key),
          layer: layer.layer,
          source: layer.source,
        })),
      ),
    put: layers.put,
    refresh,
    watch(listener) {
      // A function of its own, so that one listener may be given twice.
      const own = (change: SettingsChange) => listener(change);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    get problems() {
      reportFiles(layers, problems);
      return problems.all;
    },
  };
}

function reportFiles(layers: Layers, problems: Problems): void {
  for (const text of layers.current.problems) problems.report(text);
}

/** What of a layer does not count and has to do with a path: it, what holds it, or what it holds. */
function droppedAt({ written, dropped }: Layer, path: string): readonly Dropped[] {
  return dropped.filter(({ key }) => {
    if (key === path || key.startsWith(`${path}.`)) return true;
    return path.startsWith(`${key}.`) && valueAt(written, path) !== undefined;
  });
}

/** What fits of a layer's value. Unlike what merely lies in a file, what was asked for must be good: throws for a flag. */
function fitting<T>(layer: Layer, path: string, raw: unknown, schema: z.ZodType<T>, problems: Problems) {
  const { fit, issues } = fitted(raw, schema);
  const [first] = issues;
  if (first && layer.isAsked) throw invalid([path, ...first.path].join("."), layer.source, first.message);
  const stricter = !fit && layer.layer === "managed" ? stricterValue(path) : undefined;
  const instead = stricter === undefined ? undefined : schema.safeParse(stricter);
  const outcome = instead?.success ? `counts as ${JSON.stringify(stricter)}` : "does not count";
  for (const issue of issues) {
    const key = [path, ...issue.path].join(".");
    problems.report(`${layer.at([...path.split("."), ...issue.path])}: "${key}" ${outcome}: ${issue.message}.`);
  }
  return instead?.success ? { value: instead.data, raw: stricter } : fit;
}

function invalid(key: string, source: string, problem: string): PluginError {
  return new PluginError(
    "GANTRY_SETTINGS_INVALID",
    `The setting "${key}" of ${source} is not valid: ${problem}.`,
    "Correct it, or leave it out.",
  );
}
