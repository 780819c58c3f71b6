/** Hosts with different versions of Nabla: found as soon as they have joined. */
import { expect, test, vi } from "vitest";
import { alone, type Library } from "../../src/mpi/library.ts";
import { World } from "../../src/mpi/world.ts";

/** The first of two, the other of which says what it is told to. */
function withOther(facts: object): Library {
  const theirs = new TextEncoder().encode(JSON.stringify(facts));
  return {
    ...alone,
    path: "libother.so",
    size: () => 2,
    allgatherv(mine, all, _counts, places) {
      all.set(mine, places[0]);
      // how long it is, then it: it is short
      all.set(new Uint8Array(new Float64Array([theirs.length]).buffer), places[1]);
      all.set(theirs, places[1] + 8);
    },
  };
}

const library = vi.hoisted(() => ({ opened: undefined as unknown }));
vi.mock("../../src/mpi/library.ts", async (original) => ({
  ...(await original<object>()),
  launchedSize: () => 2,
  openLibrary: async () => library.opened,
}));

test("a rank with another version is named, before anything is trained", async () => {
  const on = vi.spyOn(process, "on").mockReturnValue(process);
  vi.stubEnv("NABLA_VERSION", "1.2.3");
  library.opened = withOther({ host: "far", version: "1.2.3" });
  expect((await World.open({})).called(1)).toBe("rank 1 on far");
  library.opened = withOther({ host: "far", version: "1.2.4" });
  await expect(World.open({})).rejects.toThrow(
    /MPI: rank 1 on far has nabla 1\.2\.4, rank 0 on \S+ has 1\.2\.3; install the same version on all hosts/,
  );
  on.mockRestore();
  vi.unstubAllEnvs();
});
