import { definePreset } from "gantry/sdk";

export default definePreset("minimal", [
  "http-node",
  "settings-files",
  "usage-meter",
  "model-budget",
  "model-retry",
  "provider-anthropic",
  "provider-openai",
  "provider-replay",
  "provider-offline",
  "prompt-base",
  "frontend-line",
  "frontend-headless",
  "frontend-control",
  "inspect",
]);
