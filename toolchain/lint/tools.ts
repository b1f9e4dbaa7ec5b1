// tsc and eslint as lint rules. Called by run.ts. Both see the toolchain and the tests; AssemblyScript sources are
// checked by asc when they are built.

import { spawnSync } from "node:child_process";
import { ESLint } from "eslint";
import tseslint from "typescript-eslint";
import { ROOT } from "../common/paths.ts";

const TSC = "node_modules/typescript/bin/tsc";
const LINTED = ["toolchain/**/*.ts", "tests/**/*.ts", "vitest.config.ts"];
const ASSEMBLYSCRIPT = ["**/*.as.ts", "tests/**/assembly/**"];

const CONFIG = tseslint.config(
  { ignores: ASSEMBLYSCRIPT },
  { files: LINTED, extends: [...tseslint.configs.recommendedTypeChecked] },
  {
    files: LINTED,
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: ROOT } },
    rules: {
      eqeqeq: "error",
      "no-console": "error",
      "prefer-const": "error",
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/require-await": "off",
    },
  },
);

/** Type errors. */
export function checkTypes(): string[] {
  const { status, stdout, stderr } = spawnSync(process.execPath, [TSC, "--noEmit", "--pretty", "false"], {
    encoding: "utf8",
  });
  return status === 0 ? [] : `${stdout}${stderr}`.trim().split("\n");
}

/** What eslint finds. */
export async function checkEslint(): Promise<string[]> {
  const eslint = new ESLint({ overrideConfigFile: true, overrideConfig: CONFIG as never, cwd: ROOT });
  const results = await eslint.lintFiles(LINTED);
  return results.flatMap(({ filePath, messages }) =>
    messages.map(({ line, message, ruleId }) => {
      return `${filePath.replace(`${ROOT}/`, "")}:${line}: ${message} (${ruleId ?? "syntax"})`;
    }),
  );
}
