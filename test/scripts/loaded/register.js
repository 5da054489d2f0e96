import { register } from "node:module";

register(new URL("hook.js", import.meta.url));
