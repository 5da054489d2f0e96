/** Events that are shown one after the other, also where one has to wait until its tool's plugin can say how its calls look. */
import type { SessionEvent } from "gantry/sdk";

/** `loading` is settled when the event can be shown; `undefined`: it can be now. */
export function inOrder(
  loading: (event: SessionEvent) => Promise<void> | undefined,
  show: (event: SessionEvent) => void,
): (event: SessionEvent) => void {
  const backlog: SessionEvent[] = [];
  let isWaiting = false;

  function work(): void {
    isWaiting = false;
    for (let event = backlog[0]; event; event = backlog[0]) {
      const waiting = loading(event);
      if (waiting) {
        isWaiting = true;
        void waiting.then(work);
        return;
      }
      backlog.shift();
      show(event);
    }
  }

  return (event) => {
    backlog.push(event);
    if (!isWaiting) work();
  };
}
