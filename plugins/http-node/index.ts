import { definePlugin, Http, lazy, manifest } from "gantry/sdk";

export const httpNode = manifest({
  name: "http-node",
  description: "HTTP over node:http: connections kept alive, no redirects followed, proxies honoured.",
  provides: { http: Http },
});

export default definePlugin(
  httpNode,
  lazy(() => import("./http.ts")),
);
