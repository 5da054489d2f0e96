/** The services that the conversation uses, as the plugins have them now. */
import {
  Commands,
  Exec,
  Files,
  type FrontendHost,
  Jobs,
  Mentions,
  Meter,
  Models,
  Permissions,
  SessionStore,
  Settings,
  Slots,
  Tools,
} from "gantry/sdk";

export async function servicesOf(host: FrontendHost) {
  const [commands, exec, files, jobs, mentions, meter, models, permissions, settings, slots, store, tools] =
    await Promise.all([
      host.service(Commands),
      host.service(Exec),
      host.service(Files),
      host.service(Jobs),
      host.service(Mentions),
      host.service(Meter),
      host.service(Models),
      host.service(Permissions),
      host.service(Settings),
      host.service(Slots),
      host.service(SessionStore),
      host.service(Tools),
    ]);
  return {
    commands,
    exec,
    files,
    jobs,
    mentions,
    meter,
    models,
    permissions,
    settings,
    slots,
    store,
    tools,
  };
}

export type Services = Awaited<ReturnType<typeof servicesOf>>;
