/** Keys while a menu is open. */
import type { Offers, Taken } from "./offers.ts";

interface Editing {
  replace(taken: Taken): void;
  submit(): void;
}

/** False: the key has nothing to do with the menu. */
export function menuKey(action: string | undefined, offers: Offers, editing: Editing): boolean {
  switch (action) {
    case "autocomplete:next":
      offers.select(1);
      return true;
    case "autocomplete:previous":
      offers.select(-1);
      return true;
    case "autocomplete:dismiss":
      offers.dismiss();
      return true;
    case "autocomplete:accept": {
      const taken = offers.accept();
      if (taken) editing.replace(taken);
      else offers.select(1);
      return true;
    }
    case "autocomplete:run":
      run(offers, editing);
      return true;
    default:
      return false;
  }
}

/** Enter: a command is run with what is chosen, a mention is only put in. Where nothing is chosen, it sends what was typed; a slash alone is nothing. */
function run(offers: Offers, { replace, submit }: Editing) {
  const chosen = offers.chosen();
  const place = offers.menu()?.place;
  if (chosen && (place?.kind === "mentions" || place?.kind === "emoji")) return replace(chosen);
  if (!chosen && place?.kind === "commands" && place.query === "") return;
  if (chosen) replace({ ...chosen, text: chosen.text.trimEnd() });
  offers.dismiss();
  submit();
}
