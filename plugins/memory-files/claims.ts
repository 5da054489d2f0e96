import type { Claim, Claims, HostInfo } from "gantry/sdk";
import { load } from "./load.ts";
import { foldersDownTo, placesIn } from "./places.ts";
import { noneKnown } from "./read.ts";
import type { Readings } from "./readings.ts";

/** Files elsewhere that the folder's instructions would bring before the model: each is approved for itself. */
export function createClaims({ cwd }: HostInfo, readings: Readings): Claims {
  return async () => {
    const claims = new Map<string, Claim>();
    const take = (claim: Claim) => void claims.set(`${claim.source}\0${claim.text}`, claim);
    const places = foldersDownTo(cwd).flatMap((folder) => placesIn(folder, cwd));
    await load(places, "session_start", noneKnown(), readings.toList(take));
    for (const claim of readings.met.values()) take(claim);
    return [...claims.values()];
  };
}
