/** Which trials a process runs, where a scheduler started it. */
import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";

/** Variables of schedulers, and what they begin with. */
const VARIABLES: readonly (readonly [name: string, first: 0 | 1])[] = [
  ["SLURM_ARRAY_TASK_ID", 0],
  ["JOB_COMPLETION_INDEX", 0],
  ["PARALLEL_SEQ", 1],
  ["OMPI_COMM_WORLD_RANK", 0],
];

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param given what --trial says
 * @param trials how many there are
 * @returns numbers from 0: one, or under mpirun every so many
 */
export function trialsFor(given: number | undefined, trials: number, env: Environment): number[] {
  if (given !== undefined) return [inside(given, trials, "--trial", given, 0)];
  const found = VARIABLES.flatMap(([name, first]) => {
    const text = env[name];
    if (text === undefined || text === "") return [];
    if (!/^\d{1,15}$/.test(text) || Number(text) < first)
      throw new NablaError(`${name}: expected a whole number ≥ ${first}, got ${show(text)}`);
    return [{ name, first, text: Number(text), trial: Number(text) - first }];
  });
  const [one, ...others] = found;
  if (!one)
    throw new NablaError(
      `--trial: missing; expected which trial to run, or --jobs K for all of them on this machine (schedulers say it by ${VARIABLES.map(([name]) => name).join(", ")})`,
    );
  const other = others.find(({ trial }) => trial !== one.trial);
  if (other)
    throw new NablaError(
      `${one.name} says trial ${one.trial}, ${other.name} says trial ${other.trial}; give --trial, like --trial $${other.name}`,
    );
  if (one.name !== "OMPI_COMM_WORLD_RANK") return [inside(one.trial, trials, one.name, one.text, one.first)];
  // ranks are processes that stay, not trials: they share them
  const size = Number(env.OMPI_COMM_WORLD_SIZE ?? trials);
  if (!Number.isInteger(size) || size <= one.trial)
    throw new NablaError(
      `OMPI_COMM_WORLD_SIZE: expected a whole number > ${one.trial}, got ${show(env.OMPI_COMM_WORLD_SIZE)}`,
    );
  const own: number[] = [];
  for (let trial = one.trial; trial < trials; trial += size) own.push(trial);
  return own;
}

function inside(trial: number, trials: number, name: string, got: number, first: 0 | 1): number {
  if (trial < trials) return trial;
  throw new NablaError(
    `${name}: expected ${first} to ${trials - 1 + first}, for the specification has ${trials} trials, got ${got}`,
  );
}
