/** The page: the line on one side, the conversation, the questions and the prompt on the other. */
import { byId, el } from "./dom.js";
import { createItems } from "./items.js";
import { createLine } from "./line.js";
import { createQuestions } from "./questions.js";

const MODES = {
  default: "Ask first",
  acceptEdits: "Accept edits",
  plan: "Plan",
  auto: "Auto",
  dontAsk: "Never ask",
  bypassPermissions: "Bypass",
};
const NEAR = 120;

const [prompt, problem, mode, stop, queued, newest] = ["prompt", "problem", "mode", "stop", "queued", "newest"].map(
  byId,
);
const scroller = document.scrollingElement;
let isFollowing = true;

const line = createLine({ onEvent, onState });
const items = createItems(byId("items"), follow);
const questions = createQuestions(
  byId("questions"),
  (body) => line.post("answer", body),
  (count) => {
    byId("doing").textContent = count ? "Waits for your answer" : "At work";
  },
);
line.start();

function onEvent(name, data) {
  if (name === "all") return showAll(data);
  if ("item" in data) {
    if (data.item.kind === "person") queued.textContent = "";
    items.put(data.item);
  } else if ("more" in data) items.more(data.more);
  else if ("gone" in data) items.gone(data.gone);
  else if ("asks" in data) questions.ask(data.asks);
  else if ("settled" in data) questions.settled(data.settled);
  else if ("isBusy" in data) showBusy(data.isBusy);
  else if ("mode" in data && data.mode) mode.value = data.mode;
  else if ("isEnded" in data) onState("waiting", "The session has ended");
  return follow();
}

function showAll({ session, title, items: all, questions: open, isBusy, isEnded, mode: current, modes }) {
  const folder = session.cwd.split(/[\\/]/).filter(Boolean).at(-1) ?? session.cwd;
  byId("title").textContent = title || folder;
  byId("place").textContent = `${session.model} in ${session.cwd}`;
  document.title = `${title || folder} · Gantry`;
  mode.replaceChildren(
    ...modes.map((one) => el("option", { value: one, selected: one === current }, MODES[one] ?? one)),
  );
  mode.disabled = modes.length === 0;
  mode.parentElement.hidden = modes.length === 0;
  items.all(all);
  questions.all(open);
  queued.textContent = "";
  showBusy(isBusy);
  if (isEnded) onState("waiting", "The session has ended");
}

function onState(state, text) {
  byId("dot").dataset.state = state;
  const isOff = state === "off";
  byId("line").textContent = isOff ? "Off" : text;
  tell(isOff ? text : undefined);
  prompt.disabled = isOff;
  byId("send").disabled = isOff;
  if (isOff) {
    mode.disabled = true;
    showBusy(false);
    questions.all([]);
  }
}

function showBusy(isBusy) {
  byId("working").hidden = !isBusy;
  stop.hidden = !isBusy;
}

// ---------------------------------------------------------------- saying

byId("composer").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = prompt.value.trim();
  if (!text) return;
  isFollowing = true;
  const said = await line.post("prompt", { text });
  tell(said.problem);
  if (said.problem !== undefined) return;
  prompt.value = "";
  grow();
  if (said.isQueued) queued.textContent = "Waits for the turn";
});

prompt.addEventListener("keydown", (event) => {
  // On a phone, Enter makes a line; its keyboard has no other key for it.
  const isTyped = event.key === "Enter" && !event.shiftKey && !event.isComposing;
  if (!isTyped || matchMedia("(pointer: coarse)").matches) return;
  event.preventDefault();
  byId("composer").requestSubmit();
});

prompt.addEventListener("input", grow);
stop.addEventListener("click", async () => tell((await line.post("interrupt")).problem));
mode.addEventListener("change", async () => tell((await line.post("mode", { mode: mode.value })).problem));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !stop.hidden) stop.click();
});

function tell(text) {
  problem.textContent = text ?? "";
  problem.hidden = text === undefined;
}

function grow() {
  prompt.rows = Math.min(8, Math.max(1, prompt.value.split("\n").length));
}

// ---------------------------------------------------------------- following

function follow() {
  if (isFollowing) scroller.scrollTop = scroller.scrollHeight;
  else newest.hidden = false;
}

document.addEventListener("scroll", () => {
  isFollowing = scroller.scrollHeight - scroller.scrollTop - innerHeight < NEAR;
  if (isFollowing) newest.hidden = true;
});

addEventListener("resize", follow);

newest.addEventListener("click", () => {
  isFollowing = true;
  newest.hidden = true;
  follow();
  prompt.focus();
});
