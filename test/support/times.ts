/** Where a run's time goes: NABLA_TIMES=file.json writes it there, by project and file, in milliseconds. */
import { writeFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";

export default class Times implements Reporter {
  #start = 0;
  readonly #ends: object[] = [];

  onTestRunStart(): void {
    this.#start = performance.now();
  }
  onTestModuleEnd(module: TestModule): void {
    const { environmentSetupDuration, prepareDuration, collectDuration, setupDuration, duration } =
      module.diagnostic();
    this.#ends.push({
      project: module.project.name,
      file: module.relativeModuleId,
      end: Math.round(performance.now() - this.#start),
      cpu: process.cpuUsage(),
      environment: environmentSetupDuration,
      prepare: prepareDuration,
      collect: collectDuration,
      setup: setupDuration,
      tests: duration,
      n: [...module.children.allTests()].length,
    });
  }
  onTestRunEnd(): void {
    const cpu = process.cpuUsage();
    writeFileSync(
      process.env.NABLA_TIMES!,
      JSON.stringify({ all: performance.now() - this.#start, cpu, files: this.#ends }),
    );
  }
}
