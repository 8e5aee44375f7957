/**
 * Which folder may import which (ARCHITECTURE.md draws it). Imports point one way; native modules have one door each.
 * Tests (*.test.ts, *.contract.ts, testing/, test/) may import anything.
 */
const TEST = "(\\.test\\.ts$|\\.contract\\.ts$|^test/|/testing/)";
const ROOT = "(^[a-z]+/main\\.ts$|^device/cli\\.ts$)";

/** A folder of ours may import only these of ours. */
const only = (folder, allowed, comment) => ({
  name: `${folder}-imports`,
  comment,
  severity: "error",
  from: { path: `^${folder}/`, pathNot: [TEST, ROOT] },
  to: { path: "^(protocol|hal|device|hub|sim|test)/", pathNot: allowed.map((each) => `^${each}`) },
});

/** A native or heavy package has exactly one importing file. */
const oneDoor = (name, files) => ({
  name: `one-door-${name.replace(/\W+/g, "-")}`,
  comment: `${name} is imported in ${files.join(", ")} only`,
  severity: "error",
  from: { path: "^(protocol|hal|device|hub|sim)/", pathNot: [TEST, ...files.map((file) => `^${file}$`)] },
  to: { path: `^node_modules/${name}/` },
});

module.exports = {
  forbidden: [
    only("protocol", ["protocol/"], "what terminal and hub share stands alone"),
    only("hal", ["hal/"], "hal can be lifted out and used elsewhere"),
    only(
      "device",
      ["device/", "protocol/", "hal/(ports|errors|plan|header|inspect/facts)\\.ts$"],
      "the daemon sees parts through ports",
    ),
    only("hub", ["hub/", "protocol/"], "the hub never sees a terminal's insides"),
    {
      name: "core-is-pure",
      comment: "device/core imports types, its own files, and the presence arithmetic both sides share",
      severity: "error",
      from: { path: "^device/core/", pathNot: TEST },
      to: {
        pathNot: ["^device/core/", "^protocol/presence\\.ts$"],
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "nothing-imports-sim",
      comment: "the simulator is for roots and tests; device builds do not contain it",
      severity: "error",
      from: { path: "^(protocol|hal|device|hub)/", pathNot: [TEST, ROOT] },
      to: { path: "^sim/" },
    },
    {
      name: "no-circular",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no-dev-packages-in-products",
      severity: "error",
      from: { path: "^(protocol|hal|device|hub)/", pathNot: [TEST, "^hub/web/"] },
      to: { dependencyTypes: ["npm-dev"], pathNot: "^node_modules/@types/" },
    },
    oneDoor("koffi", ["hal/gpio/libc.ts", "hal/clock/adjtimex.ts"]),
    oneDoor("onoff", ["hal/gpio/onoff.ts"]),
    oneDoor("rpi-gpio", ["hal/gpio/rpi-gpio.ts"]),
    oneDoor("lcd", ["hal/lcd/npm-lcd.ts"]),
    oneDoor("i2c-bus", ["hal/i2c/linux-i2c.ts"]),
    oneDoor("serialport", ["hal/serial/node-serialport.ts"]),
    oneDoor("better-sqlite3", ["protocol/seams/better-sqlite3.ts"]),
    oneDoor("@node-rs/argon2", ["protocol/seams/argon2.ts"]),
    oneDoor("cookie", ["hub/http/cookies.ts"]),
    oneDoor("nodemailer", ["hub/mail/smtp.ts"]),
    oneDoor("pg", ["hub/store/postgres.ts"]),
    oneDoor("ws", ["protocol/seams/ws-link.ts", "hub/terminals/listen.ts"]),
    oneDoor("@sqlite.org/sqlite-wasm", [
      "sim/world/sqlite-wasm.ts",
      "sim/world/wasm-statement.ts",
      "sim/world/disk-vfs.ts",
    ]),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^dist/|^coverage/)" },
    tsPreCompilationDeps: "specify",
    enhancedResolveOptions: {
      extensions: [".ts", ".tsx", ".js", ".mjs", ".json"],
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "types", "default"],
    },
    tsConfig: { fileName: "tsconfig.json" },
  },
};
