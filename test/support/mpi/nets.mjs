// A program of a user's kind: trains the networks whose speed is claimed, alone or as one of mpirun's processes, and says what came of it.

/** Of the build, as a program has it. @param {string} name */
const built = (name) => import(new URL(`../../../build/${name}.js`, import.meta.url).href);
const { digits } = await built("data");
const { sequential, weightsSha256 } = await built("index");
const { NETS } = await built("internals");
const { connect } = await built("mpi");

const ranks = await connect();
// its last batch has fewer rows than there are shards
const data = digits({ samples: 2 * 32 + 9, seed: 1 });
/** @type {Record<string, string>} */
const came = {};
for (const name of ["W2", "W4"]) {
  const { layers, compile } = NETS[name];
  const model = sequential(layers(), { seed: 1 }).compile(compile);
  await model.fit(data, { batchSize: 32, epochs: 2, shards: 16, threads: 1, ranks });
  came[name] = weightsSha256(model);
}
if (ranks.rank === 0) console.log(JSON.stringify(came));
await ranks.end();
