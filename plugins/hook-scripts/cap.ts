import { join } from "node:path";
import { type Files, type HostInfo, type LaterService, messageOf, newId, type SessionView } from "gantry/sdk";
import { shellFolder } from "gantry/sdk/kit/shell-folder";

const MOST = 10_000;
const PREVIEW = 2_000;

/** A text as it stands, or, where it is too long, the file that has it all and how it begins. */
export async function capped(
  text: string,
  session: SessionView,
  host: HostInfo,
  files: LaterService<Files>,
): Promise<string> {
  if (text.length <= MOST) return text;
  const path = join(shellFolder(host, session), `hook-${newId()}.txt`);
  const written = files().then((disk) => disk.write(path, new TextEncoder().encode(text), { mode: 0o600 }));
  const place = await written.then(
    () => `all of it is in ${path}`,
    (error) => `the rest could not be kept: ${messageOf(error)}`,
  );
  return `${text.slice(0, PREVIEW)}\n[A hook said ${text.length} characters; ${place}.]`;
}
