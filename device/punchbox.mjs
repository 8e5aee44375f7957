#!/usr/bin/env node
// The `punchbox` command. Plain JavaScript, so that an old Node can read it and say that it is too old.
import "./require-node.mjs";
await import("./cli.ts");
