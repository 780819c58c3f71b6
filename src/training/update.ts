/** What ends the tape of a training step, for what was compiled: penalties, then the optimizer's update. Loaded by what takes steps. */

import type { Network } from "../network/network.ts";
import { emitUpdate } from "../optimizers/update.ts";
import type { Update } from "../plan/plan.ts";
import { emitByLayer, isByLayer } from "./byLayer.ts";
import type { CompiledTraining } from "./compile.ts";
import { emitPenalties } from "./penalties.ts";

export const updateOf = ({ optimizer, kinds }: CompiledTraining, network: Network): Update => ({
  penalties: (builder) => emitPenalties(builder, network, "trained"),
  update: (builder) =>
    isByLayer(optimizer)
      ? emitByLayer(builder, { kind: kinds.optimizer, config: optimizer }, network)
      : emitUpdate(builder, { kind: kinds.optimizer, config: optimizer }, network.flat),
});
