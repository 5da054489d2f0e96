/** What plugins tell of themselves: servers, mentions, hooks. Names that people have chosen are sent where details are. */
import type { AnnouncedEvent, SessionView } from "gantry/sdk";
import type { Content } from "./content.ts";
import type { Emit } from "./emit.ts";
import { stateOf } from "./state.ts";

export function createAnnounced(emit: Emit, content: Content) {
  return (session: SessionView, event: AnnouncedEvent): void => {
    const { turn } = stateOf(session);
    switch (event.type) {
      case "mcpServerChanged": {
        const { server, status, transport, scope, durationMs, errorCode } = event;
        const what = {
          status,
          transport_type: transport,
          server_scope: scope,
          duration_ms: Math.round(durationMs),
          error_code: errorCode,
        };
        emit.event(session, "mcp_server_connection", { ...what, ...content.detail("server_name", server) });
        return;
      }
      case "mentionResolved": {
        const { mention, kind, isBrought } = event;
        const what = { "gantry.prompt.id": turn?.id, mention_type: kind, success: isBrought };
        emit.event(session, "at_mention", { ...what, ...content.detail("mention", mention) }, turn?.span);
        return;
      }
      case "hookRegistered": {
        const { event: name, matcher, kind, layer, isActive } = event;
        const what = { hook_event: name, hook_type: kind, hook_source: layer, is_active: isActive };
        emit.event(session, "hook_registered", { ...what, ...content.detail("hook_matcher", matcher) });
      }
    }
  };
}
