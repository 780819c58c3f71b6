/** Packages of other people that a format is read with. None comes with Nabla: who has such files installs one. */
import { messageOf, NablaError } from "../../../errors.ts";
import type { DataHost } from "../../readers/reader.ts";

const offered = new Map<string, () => Promise<unknown>>();

/** What an entry of its own makes known, where a program is bundled and names have to be plain. */
export const offer = (name: string, load: () => Promise<unknown>): void => void offered.set(name, load);

/**
 * @param reads what it is for: "t.parquet: an Apache Parquet file"
 * @param entry of Nabla, which brings it to pages
 * @throws NablaError where it is not there
 */
export async function packageOf<Package>(
  name: string,
  host: Pick<DataHost, "package">,
  reads: string,
  entry: string,
): Promise<Package> {
  const load = offered.get(name) ?? (host.package && (() => host.package!(name)));
  const how = host.package
    ? `npm install ${name}`
    : `npm install ${name}, and import "${entry}" beside nabla/browser`;
  if (!load) throw new NablaError(`${reads}, which the package ${name} reads: ${how}`);
  try {
    return (await load()) as Package;
  } catch (cause) {
    const why = messageOf(cause).split("\n")[0];
    throw new NablaError(
      `${reads}, which the package ${name} reads, and that is not there: ${how} (${why})`,
      {
        cause,
      },
    );
  }
}
