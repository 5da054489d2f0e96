import type { Command, HostInfo, ListItem, ReviewedClaim, Trust } from "gantry/sdk";
import { answering } from "gantry/sdk/kit/answering";
import { completions } from "gantry/sdk/kit/completions";
import { listPanel } from "gantry/sdk/kit/panels";
import { visible, visibleLine } from "gantry/sdk/kit/visible";

/** `/trust`: everything that the folder would run or allow, with what was said of it. */
export function createTrust(trust: Trust, host: HostInfo): Command {
  return answering({
    async run(args) {
      const word = args.trim();
      if (word === "forget") {
        return trust.forget(host.cwd)
          ? `${visibleLine(host.cwd)} is forgotten, with all that was approved of it, from the next start on.`
          : `${visibleLine(host.cwd)} was not remembered.`;
      }
      if (word) return `/trust takes forget, or nothing: "${visibleLine(word, 40)}" is neither.`;
      let claims: readonly ReviewedClaim[] = [];
      const find = ({ id }: ListItem) => claims[Number(id)];
      return {
        panel: await listPanel({
          title: host.isTrusted ? "This folder is trusted" : "This folder is not trusted",
          empty: `${visibleLine(host.cwd)} asks for nothing. It is ${host.isTrusted ? "" : "not "}trusted.`,
          load: async () => {
            claims = await trust.review();
            return claims.map((claim, at) => itemOf(claim, at, host));
          },
          preview: (item) => {
            const claim = find(item);
            return claim
              ? [
                  { type: "code", text: visible(claim.text) },
                  { type: "text", lines: [visibleLine(claim.source)] },
                ]
              : [];
          },
          actions: [
            {
              key: "enter",
              label: "approve",
              confirm: (item) => `Approve exactly this: ${visibleLine(find(item)?.text ?? "", 200)}?`,
              run: (item) => {
                const claim = find(item);
                if (claim) trust.approve([claim]);
                return {
                  stay: "Approved, exactly as it is. What has to be started for it counts from the next start on.",
                };
              },
            },
          ],
        }),
      };
    },
    complete: (args) => completions(args, ["forget"]),
  });
}

function itemOf(claim: ReviewedClaim, at: number, { isTrusted }: HostInfo): ListItem {
  const { kind, text, state, problem } = claim;
  const why = problem ?? (isTrusted ? undefined : "gantry trust add trusts the folder first");
  return {
    id: String(at),
    title: visibleLine(text, 120),
    detail: why === undefined ? state : `${state}; ${visibleLine(why)}`,
    group: kind,
    isCurrent: state === "approved",
    isDisabled: state === "approved" || why !== undefined,
  };
}
