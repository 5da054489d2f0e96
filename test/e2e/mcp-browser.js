#!/usr/bin/env node
// A browser, as far as signing in needs one: it goes where it is sent, and where that sends it.
await fetch(process.argv[2] ?? "");
