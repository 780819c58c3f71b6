/** Weights as a state dict of PyTorch's. */
import { joined, type NamedTensor, safetensorsParts } from "../checkpoint/safetensors.ts";
import { NablaError } from "../errors.ts";
import { fullName, unitsOf } from "../interop/pytorch/units.ts";
import type { Model } from "../model/model.ts";
import { sizeOf } from "../shape.ts";

/**
 * The weights as a safetensors file with PyTorch's names and layouts: `<layer>.weight`, `<layer>.bias`, `<layer>.running_mean`,
 * `<layer>.weight_ih_l0` … `module.load_state_dict(safetensors.torch.load_file("weights.safetensors"))` takes it where the module's parts
 * have the layers' names. loadWeights() reads it back to the same bits.
 *
 * @returns the file's bytes
 * @throws NablaError that lists the layers which PyTorch has no module for
 */
export function exportPytorch(model: Model): Uint8Array {
  const units = unitsOf(model);
  const problems = units.filter(({ problem }) => problem !== undefined);
  if (problems.length > 0)
    throw new NablaError(
      `exportPytorch: PyTorch has no module for these layers:\n${problems.map(({ layer, type, problem }) => `  ${type} "${layer}": ${problem}`).join("\n")}`,
      { details: { problems: problems.map(({ layer, problem }) => ({ where: layer, why: problem })) } },
    );
  const weights = model.weights();
  const tensors: NamedTensor[] = [];
  for (const unit of units) {
    for (const part of unit.parts) {
      const data = part.out(weights[`${unit.layer}.${part.parameter}`]!);
      part.tensors.forEach((tensor, i) => {
        const name = fullName(unit, tensor);
        const { shape, rows } = tensor;
        if (!rows) tensors.push({ name, shape, data: data[i]! });
        else {
          const known = tensors.find((each) => each.name === name);
          const all = (known?.data as Float32Array) ?? new Float32Array(sizeOf(shape));
          if (!known) tensors.push({ name, shape, data: all });
          all.set(data[i]!, rows[0] * sizeOf(shape.slice(1)));
        }
      });
    }
    for (const spare of unit.spares.filter(({ written }) => written)) {
      const data = new Float32Array(spare.shape[0]!).fill(spare.value);
      tensors.push({ name: fullName(unit, spare), shape: spare.shape, data });
    }
    // how many batches the moving figures are of: PyTorch asks for it, and uses it only where momentum is None
    if (unit.type === "batchNormalization")
      tensors.push({ name: `${unit.path}.num_batches_tracked`, shape: [], data: new BigInt64Array(1) });
  }
  return joined(safetensorsParts(tensors, { format: "pt" }));
}
