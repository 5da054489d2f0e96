import type { FormPanel } from "gantry/sdk";
import { visible, visibleLine } from "gantry/sdk/kit/visible";
import type { JSX } from "react";
import { wrap } from "../paint/width.ts";
import { FieldsView } from "./fields.tsx";
import type { Values } from "./fields-state.ts";
import type { ShownPanel } from "./panel.tsx";

/** Fields of a command, filled in and handed to it. */
export function FormView({ panel, isNested, onAnswer, onBack, ...shown }: ShownPanel<FormPanel>): JSX.Element {
  const { theme } = shown;
  return (
    <FieldsView
      {...shown}
      title={visibleLine(panel.title)}
      reading={(width) =>
        panel.message ? wrap(visible(panel.message), width).map((line) => theme.style("text", line)) : []
      }
      fields={panel.fields}
      buttons={[]}
      isForeign={false}
      escape={isNested ? "back" : "close"}
      contexts={["Settings"]}
      onSubmit={submit}
      onButton={() => {}}
      onCancel={onBack}
    />
  );

  async function submit(values: Values): Promise<string | undefined> {
    const answer = await panel.submit(values);
    if (typeof answer === "object" && "stay" in answer) return answer.stay;
    onAnswer(answer);
  }
}
