import tseslint from "typescript-eslint";

/** Composition roots and developer tools: the only places that may read the environment, the wall clock or chance. */
const ROOTS = [
  "*/main.ts",
  "device/cli.ts",
  "test/**/*.ts",
  "protocol/seams/clocks.ts",
  "systemd/*.ts",
  "sim/world/main.ts",
  "*.config.ts",
];
const TESTS = ["**/*.test.ts", "test/**/*.ts", "**/*.contract.ts"];

const ZOD_IMPORT = {
  selector: "ImportDeclaration[source.value='zod'] > ImportSpecifier[imported.name='z']",
  message: 'import * as z from "zod": bundlers can then drop what is not used.',
};

export default tseslint.config(
  { ignores: ["node_modules/", "dist/", "coverage/", "**/*.mjs", "*.js", "*.cjs"] },
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: [
          "tsconfig.json",
          "sim/page/tsconfig.json",
          "hub/web/tsconfig.json",
          "test/e2e/in-page/tsconfig.json",
        ],
      },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: "error",
      "no-restricted-syntax": ["error", ZOD_IMPORT],
      "no-console": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/consistent-type-definitions": "off",
      "@typescript-eslint/unified-signatures": "off",
    },
  },
  {
    files: ["**/*.ts", "**/*.tsx"],
    ignores: ROOTS,
    rules: {
      "no-restricted-properties": [
        "error",
        { object: "Date", property: "now", message: "Time is an argument: take a WallClock or a Scheduler." },
        { object: "performance", property: "now", message: "Time is an argument: take a Scheduler." },
        { object: "Math", property: "random", message: "Chance is an argument: take a Random." },
        { object: "process", property: "env", message: "Only composition roots read the environment." },
        { object: "process", property: "hrtime", message: "Time is an argument: take a Scheduler." },
      ],
      "no-restricted-syntax": [
        "error",
        ZOD_IMPORT,
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: "Time is an argument: take a WallClock.",
        },
      ],
      "no-restricted-globals": [
        "error",
        { name: "setInterval", message: "Use a Scheduler: polling has a cost and a name." },
        { name: "setTimeout", message: "Use a Scheduler." },
        { name: "setImmediate", message: "Use a Scheduler." },
      ],
    },
  },
  { files: ROOTS, rules: { "no-console": "off" } },
  {
    // Pages run in a browser: they have its timers, and their clock is the user's.
    files: ["sim/page/**", "hub/web/**"],
    rules: { "no-restricted-globals": "off" },
  },
  {
    files: TESTS,
    rules: {
      "no-restricted-globals": "off",
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/explicit-module-boundary-types": "off",
    },
  },
);
