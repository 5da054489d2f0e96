/** One set of plugins, ordered, with their configuration and lifetime: replaced as a whole when the host is reloaded. */
import {
  type Contribution,
  type Fault,
  type HostInfo,
  messageOf,
  type Notice,
  type ServiceKey,
  type SessionView,
} from "gantry/sdk";
import { type ActivateContext, activate, asMember, type LooseHandlers, type Member, serviceOf } from "./activate.ts";
import { Config, type ConfigLayer } from "./config.ts";
import { error } from "./errors.ts";
import { createGeneration, type Generation } from "./generation.ts";
import { order, ownersOf } from "./graph.ts";
import type { Found } from "./load.ts";
import type { OwnedScope } from "./scope.ts";
import type { Trace } from "./trace.ts";

export interface AssemblyOptions {
  readonly found: readonly Found[];
  /** Nearest first. */
  readonly layers: readonly ConfigLayer[];
  readonly info: HostInfo;
  readonly scope: OwnedScope;
  /** Services of the kernel itself. */
  readonly given: ReadonlyMap<ServiceKey<unknown>, unknown>;
  readonly trace: Trace;
  readonly isStrict: boolean;
  readonly onLog: (plugin: string, message: string) => void;
  readonly onNotice: (notice: Notice) => void;
  readonly onFault: (fault: Fault, session: SessionView | undefined) => void;
  /** A plugin contributed something at run time: the next generation is due. */
  readonly onContribution: (assembly: Assembly) => void;
}

export class Assembly {
  readonly members: readonly Member[];
  readonly config: Config;
  readonly #options: AssemblyOptions;
  readonly #context: ActivateContext;
  #removed: ReadonlySet<string> = new Set();

  constructor(options: AssemblyOptions) {
    const { found, layers, info, scope, given, onLog } = options;
    this.#options = options;
    this.config = new Config(layers);
    this.members = order(found, new Set(given.keys())).map((one) => asMember(one, scope));
    const contribute = (member: Member, contribution: Contribution) => this.#contribute(member, contribution);
    const activate = (member: Member) => this.activate(member);
    const owners = ownersOf(this.members);
    this.#context = { config: this.config, info, owners, given, log: onLog, activate, contribute };
  }

  /** Checks whatever is configured, and sets up the plugins whose setup is not lazy. */
  async start(): Promise<void> {
    for (const { name, plugin } of this.members) {
      if (this.config.get(name) !== undefined) this.config.of(name, plugin.manifest);
    }
    for (const member of this.members) {
      if (typeof member.plugin.setup === "object") continue;
      const ready = this.activate(member);
      // What it would have tapped is only known where the manifest says so: without that, a gate might be missing.
      await ready.catch((thrown) => {
        if (!member.plugin.manifest.taps)
          throw error("GANTRY_PLUGIN_SETUP", { name: member.name, problem: messageOf(thrown) }, thrown);
      });
    }
  }

  generation(number: number): Generation {
    const { trace, onFault, isStrict } = this.#options;
    return createGeneration({
      number,
      members: this.members,
      activate: (member) => this.activate(member),
      service: (key) => this.service(key),
      guard: { trace, onFault, isStrict, isRetired: (plugin) => this.#removed.has(plugin) },
    });
  }

  /** Sets a plugin up, once; the first failure is told, and every caller gets it. */
  async activate(member: Member): Promise<LooseHandlers> {
    const isFirst = member.active === undefined;
    try {
      return await activate(member, this.#context);
    } catch (thrown) {
      const text = `The plugin ${member.name} is off: ${messageOf(thrown)}`;
      if (isFirst) this.#options.onNotice({ level: "error", text, plugin: member.name });
      throw thrown;
    }
  }

  service<T>(key: ServiceKey<T>): Promise<T | undefined> {
    return serviceOf(key, this.#context);
  }

  /**
   * Another assembly takes over. Taps of plugins that are gone are no-ops at once; those of plugins that stay hold until the
   * turns that run on them have ended, so that no gate is ever open in between.
   */
  async retire(next: Assembly, turnsEnded: Promise<unknown>): Promise<void> {
    const staying = new Set(next.members.map(({ name }) => name));
    this.#removed = new Set(this.members.map(({ name }) => name).filter((name) => !staying.has(name)));
    await turnsEnded;
    await this.#options.scope.close();
  }

  async #contribute(member: Member, contribution: Contribution): Promise<void> {
    const before = member.contribution;
    member.contribution = contribution;
    try {
      this.#options.onContribution(this);
    } catch (thrown) {
      member.contribution = before;
      throw thrown;
    }
  }
}
