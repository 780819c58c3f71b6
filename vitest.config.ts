import { defineConfig } from "vitest/config";

/** The kernels are tested on every build of the core, everything else on the one that ships. */
const target = (name: string) => ({
  extends: true as const,
  test: {
    name,
    include: ["test/assembly/**/*.test.ts", "test/layers/layers.test.ts"],
    env: { NABLA_TARGET: name },
  },
});

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    reporters: ["default", "./test/support/summary.ts"],
    projects: [
      { extends: true, test: { name: "nabla", include: ["test/**/*.test.ts"] } },
      target("debug"),
      target("threads"),
    ],
  },
});
