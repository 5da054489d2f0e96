/** The services that the conversation uses, as the plugins have them now. */
import {
  Commands,
  Exec,
  Files,
  type FrontendHost,
  Jobs,
  Meter,
  Models,
  Permissions,
  SessionStore,
  Settings,
  Slots,
} from "gantry/sdk";

export async function servicesOf(host: FrontendHost) {
  const [commands, exec, files, jobs, meter, models, permissions, settings, slots, store] = await Promise.all([
    host.service(Commands),
    host.service(Exec),
    host.service(Files),
    host.service(Jobs),
    host.service(Meter),
    host.service(Models),
    host.service(Permissions),
    host.service(Settings),
    host.service(Slots),
    host.service(SessionStore),
  ]);
  return { commands, exec, files, jobs, meter, models, permissions, settings, slots, store };
}

export type Services = Awaited<ReturnType<typeof servicesOf>>;
