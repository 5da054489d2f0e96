/** The line to the session: comes in with the token of the address, stays with a cookie and a key, and comes back when it breaks. */

const KEY = "gantry-bridge-key";
const SHORTEST_MS = 500;
const LONGEST_MS = 10_000;
/** The session says something at least every 15 seconds; a line that is silent for longer than this is dead. */
const SILENCE_MS = 40_000;

export function createLine({ onEvent, onState }) {
  let key = localStorage.getItem(KEY) ?? "";
  let wait = SHORTEST_MS;
  let isOver = false;
  let wake = () => {};
  let cut = () => {};

  return { start, post };

  async function start() {
    const token = takeToken();
    if (token && !(await enter(token))) return;
    if (!key) return end("Open the address that /bridge shows.");
    window.addEventListener("online", () => wake());
    window.addEventListener("offline", () => cut());
    document.addEventListener("visibilitychange", () => document.hidden || wake());
    while (!isOver) {
      await listen().catch(() => undefined);
      if (isOver) return;
      onState("waiting", "Reconnecting");
      await new Promise((resolve) => {
        wake = resolve;
        setTimeout(resolve, wait);
      });
      wait = Math.min(wait * 2, LONGEST_MS);
    }
  }

  /** The token leaves the address at once, so that it stays in no history and is shared with nobody. */
  function takeToken() {
    const token = location.hash.slice(1);
    if (token) history.replaceState(null, "", location.pathname);
    return token;
  }

  async function enter(token) {
    const response = await fetch("/api/enter", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token }),
    }).catch(() => undefined);
    if (!response?.ok) {
      // A page that is opened again may still know its way in.
      if (key) return true;
      end("This address is not good any more. /bridge shows the one that is.");
      return false;
    }
    ({ key } = await response.json());
    localStorage.setItem(KEY, key);
    return true;
  }

  async function listen() {
    const controller = new AbortController();
    cut = () => controller.abort();
    let watch = setTimeout(cut, SILENCE_MS);
    const { signal } = controller;
    const response = await fetch("/api/events", { headers: { "x-bridge-key": key }, cache: "no-store", signal });
    if (response.status === 401) {
      localStorage.removeItem(KEY);
      return end("The bridge was turned off. /bridge on shows a new address.");
    }
    if (!response.ok) throw new Error("not now");
    wait = SHORTEST_MS;
    onState("on", "Connected");
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      clearTimeout(watch);
      if (done) return undefined;
      watch = setTimeout(cut, SILENCE_MS);
      const parts = (rest + value).split("\n\n");
      rest = parts.pop();
      for (const part of parts) takeEvent(part);
    }
  }

  function takeEvent(part) {
    const [, name] = /^event: (.*)$/m.exec(part) ?? [];
    if (name === "off") end("The bridge was turned off. /bridge on shows a new address.");
    const [, data] = /^data: (.*)$/m.exec(part) ?? [];
    if (data !== undefined && name !== "off") onEvent(name, JSON.parse(data));
  }

  /** Says something; what comes back has a `problem` when it was not taken. */
  async function post(what, body = {}) {
    try {
      const response = await fetch(`/api/${what}`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-bridge-key": key },
        body: JSON.stringify(body),
      });
      const said = await response.json();
      return response.ok ? said : { problem: "It was not taken.", ...said };
    } catch {
      return { problem: "There is no connection just now." };
    }
  }

  function end(why) {
    isOver = true;
    onState("off", why);
  }
}
