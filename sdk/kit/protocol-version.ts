/** The version of the field's protocol that Gantry keeps to; clients refuse much older ones. */
export const PROTOCOL_VERSION = "2.1.330";

/** What clients may rely on beyond what every version of the protocol has. */
export const CAPABILITIES: readonly string[] = Object.freeze([
  "interrupt_receipt_v1",
  "interrupt_cancel_queued_v1",
  "mcp_call_check_permissions_v1",
]);
