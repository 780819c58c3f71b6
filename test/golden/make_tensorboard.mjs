// Event files for make_tensorboard.py: node test/golden/make_tensorboard.mjs RUNS
import { dense, sequential } from "nabla";
import { blobs } from "nabla/data";
import { tensorBoard } from "nabla/node";
import { tensorBoardRun } from "../support/tensorBoardRun.mjs";

await tensorBoardRun({ dense, sequential, blobs, tensorBoard }, process.argv[2]);
