#!/usr/bin/env node
/** The command line. Each command is a file of its own, loaded when it is called. */
import { runCli } from "./program.ts";

await runCli(process.argv);
