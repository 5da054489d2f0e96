import type { Setup } from "gantry/sdk";
import type { commandElsewhere } from "./index.ts";

const PLAN =
  "Gantry belongs to no plan: you pay whoever serves the model. /usage shows what it came to, and --max-budget-usd ends a run that costs more.";
const CI =
  "In a CI job, run gantry -p with the task, with the key of a provider in the job's secrets and --permission-mode or allow rules for what it may do; /install-github-app says how.";

/** What to use instead, in a sentence or two. */
const ANSWERS: Readonly<Record<string, string>> = {
  schedule:
    'Let cron or a systemd timer run gantry -p: 0 7 * * 1-5 cd ~/shop && gantry -p "Look through the new issues" >> ~/issues.log. While a session is open, /loop repeats a prompt.',
  ultrareview:
    "There is no reviewer in a cloud: /review and /security-review look at the change here, with the model of your choice.",
  "remote-control": "/bridge opens this session to another device of yours, without a service in between.",
  "remote-env": "Gantry runs where it is started: start it over ssh, in a container or in a CI job.",
  teleport:
    "Sessions are files of this machine: gantry sessions export writes one, and gantry sessions import takes it in on another.",
  "web-setup":
    "There is no web service to set up: gantry runs wherever Node does, and /bridge shows a session in a browser.",
  "autofix-pr": `Nothing watches pull requests from a cloud. ${CI}`,
  "install-github-app":
    'No app is needed. A job of GitHub Actions: uses actions/checkout, runs npx gantry -p "Review the changes of this pull request", with ANTHROPIC_API_KEY (or another provider\'s key) from the secrets, and permissions for what it shall write.',
  "install-slack-app":
    "There is no Slack app: a bot of yours can run gantry -p --output-format json and post the result.",
  desktop: "There is no desktop app: Gantry runs in terminals, and in editors that speak ACP (gantry acp).",
  mobile: "There is no app for phones: /bridge shows this session in the browser of one.",
  chrome:
    "An MCP server that drives a browser does this, such as Playwright's: gantry mcp add playwright -- npx @playwright/mcp.",
  ide: "Editors that speak ACP (Zed, JetBrains, Neovim and others) start Gantry themselves with gantry acp; the guide docs/guides/editors.md says how.",
  upgrade: `${PLAN} A newer Gantry comes with npm install -g gantry.`,
  passes: PLAN,
  "usage-credits": PLAN,
  "rate-limit-options": `${PLAN} Where a provider limits you, Gantry waits and tries again; /model chooses another one.`,
  "setup-bedrock":
    "Gantry speaks with Anthropic and with any endpoint that is compatible with OpenAI's: put a gateway such as LiteLLM before Bedrock, and name its address with OPENAI_BASE_URL.",
  "setup-vertex":
    "Gantry speaks with Anthropic and with any endpoint that is compatible with OpenAI's: put a gateway such as LiteLLM before Vertex, and name its address with OPENAI_BASE_URL.",
  radio: "There is no radio here.",
  stickers: "There are no stickers here.",
};

const setup: Setup<typeof commandElsewhere> = () => ({
  commands: Object.fromEntries(Object.entries(ANSWERS).map(([name, answer]) => [name, () => answer])),
});

export default setup;
