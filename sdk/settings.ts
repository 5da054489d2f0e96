/** Settings of all layers. */
import type * as z from "zod";
import type { JsonObject } from "./json.ts";
import { createService } from "./service.ts";
import type { Notice } from "./session.ts";

/** Where a setting was found; nearest first: managed, flag, local, project, user. */
export type SettingsLayer = "managed" | "flag" | "local" | "project" | "user";

/** The layers, nearest first. */
export const SETTINGS_LAYERS: readonly SettingsLayer[] = Object.freeze(["managed", "flag", "local", "project", "user"]);

/** What one layer says of a setting. */
export interface SettingValue<T> {
  readonly value: T;
  readonly layer: SettingsLayer;
  /** The file, or the flag. */
  readonly source: string;
  /** The folder that a leading `/` in a path rule stands for. */
  readonly root: string;
}

/** The settings of all layers. */
export interface Settings {
  /**
   * The value at a dotted path, merged: the nearest scalar, lists joined, objects merged by key. A layer's value that does
   * not fit the schema is left out and reported once. The empty path stands for all settings.
   */
  get<T>(path: string, schema: z.ZodType<T>): T | undefined;
  /** The same layer by layer, nearest first. */
  layers<T>(path: string, schema: z.ZodType<T>): readonly SettingValue<T>[];
  /** What is wrong with the files, as they are now. */
  readonly problems: readonly Notice[];
  /**
   * What layers say at a dotted path, above or below it, and why it does not count: nobody may say it there, the folder is not
   * trusted, an administrator has the last word. Settings that cannot tell leave this function out.
   */
  leftOut?(path: string): readonly LeftOutSetting[];
  /**
   * Settings of this run, nearer than those of the command line, in place of what was put there before. They count from the next prompt or
   * call on. Settings that cannot do so leave this function out.
   */
  put?(content: JsonObject): void;
  /** Looks at the files now, and not only with the next prompt or call: for whoever has just saved one. */
  refresh?(): void;
  /** Calls the listener when a file has changed and what it says has been taken over. Returns what ends it. */
  watch(listener: (change: SettingsChange) => void): () => void;
}

/** A setting that does not count where it stands. */
export interface LeftOutSetting {
  /** The dotted path of what is left out. */
  readonly key: string;
  readonly value: unknown;
  readonly layer: SettingsLayer;
  /** The file, or the flag. */
  readonly source: string;
  /** Why, in a sentence for the person. */
  readonly reason: string;
}

/** A settings file that has changed while the host runs. */
export interface SettingsChange {
  readonly layer: SettingsLayer;
  readonly source: string;
}
export const Settings = createService<Settings>("settings");
