import { PROTOCOL_VERSION } from "gantry/sdk/kit/protocol-version";

/** The version of the program. */
export const VERSION = "0.1.0";

/** What `--version` prints. */
export const VERSION_TEXT = `${VERSION} (Gantry)\n`;

/** What `-v` prints: agent SDKs look for the version of their protocol at the start of it. */
export const PROTOCOL_TEXT = `${PROTOCOL_VERSION} (agent protocol; Gantry ${VERSION})\n`;
