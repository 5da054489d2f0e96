/** Variables that somebody may set before a command without steering what it runs. */
import type { ShellAssignment } from "gantry/sdk/kit/shell";

/** How a program words, colours and dates what it shows, and which of its usual ways of running is meant. */
const TAME =
  /^(?:LANG|LANGUAGE|LC_[A-Z]+|TZ|NO_COLOR|FORCE_COLOR|CLICOLOR|COLUMNS|LINES|CI|NODE_ENV|RAILS_ENV|RUST_BACKTRACE|PYTHONUNBUFFERED|PYTHONDONTWRITEBYTECODE|GOOS|GOARCH|CGO_ENABLED)$/;
/** None of these values can be the path of a file. */
const PLAIN = /^(?:\w[\w.@+-]*(?:\/[A-Z]\w*)?)?$/;

/** Whether a command with it is still what a rule about the command means. */
export function isTame({ name, value }: ShellAssignment): boolean {
  return TAME.test(name) && value.kind === "literal" && PLAIN.test(value.text);
}
