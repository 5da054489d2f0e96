/** The version of the field's protocol that Gantry keeps to; clients refuse much older ones. */
export const PROTOCOL_VERSION = "2.1.330";
