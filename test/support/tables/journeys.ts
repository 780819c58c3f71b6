/** Tables as people have them: customers with an id, texts and gaps; prices. */

/** Numbers from 0 to 1, the same each time. */
function drawn(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
const of = <T>(list: readonly T[], at: number): T => list[Math.floor(at * list.length)]!;

/** Who pays little for a small plan, and is young, leaves. */
export function churn(rows: number): string {
  const next = drawn(7);
  const lines = Array.from({ length: rows }, (_, i) => {
    const plan = of(["Free", "Basic", "Pro", "Team"], next());
    const age = 18 + Math.floor(60 * next());
    const monthly = plan === "Free" ? 0 : plan === "Basic" ? 5 + 10 * next() : 25 + 40 * next();
    const since = `20${15 + Math.floor(10 * next())}-${String(1 + Math.floor(12 * next())).padStart(2, "0")}-${String(1 + Math.floor(28 * next())).padStart(2, "0")}`;
    const leaves = monthly < 20 && next() < 0.97;
    const gap = next();
    return [
      `C-${10_000 + i}`,
      gap < 0.04 ? "" : age,
      plan,
      of(["Paris", "Rome", "Oslo", "Ulm", "Bonn"], next()),
      gap > 0.97 ? "NA" : monthly.toFixed(2),
      since,
      leaves ? "yes" : "no",
    ].join(",");
  });
  return `customer,age,plan,city,monthly,since,churned\n${lines.join("\n")}\n`;
}

/** Some hundred thousand, by size and town. */
export function prices(rows: number): string {
  const next = drawn(11);
  const lines = Array.from({ length: rows }, () => {
    const town = of(["Ulm", "Bonn", "Köln"], next());
    const area = Math.round(400 + 2100 * next()) / 10;
    const rooms = Math.max(1, Math.round(area / 30 + next() - 0.5));
    const built = 1900 + Math.floor(120 * next());
    const each = { Ulm: 2400, Bonn: 3100, Köln: 3600 }[town]!;
    return `${rooms},${area},${town},${built},${Math.round(area * each + 400 * (built - 1900) + 9000 * next())}`;
  });
  return `rooms,area,town,built,price\n${lines.join("\n")}\n`;
}
