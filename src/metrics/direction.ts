/** What figures of a history are called, and which way they improve: known without the code of metrics. */
import { ALIASES, HIGHER, METRICS } from "./names.ts";

export const capital = (name: string): string => name[0]!.toUpperCase() + name.slice(1);

/** Whether a figure is one of this metric, perhaps of one output or of validation: "valRainAuc" is one of auc. */
export const isOf = (figure: string, metric: string): boolean =>
  figure === metric || figure.endsWith(capital(metric));

/** Whether a figure of the history, such as "valAccuracy", is better the higher it is. Losses and what is unknown: the lower. */
export function higherIsBetter(figure: string): boolean {
  const names = METRICS.filter((name) => isOf(figure, name));
  const [longest] = names.sort((a, b) => b.length - a.length);
  return longest !== undefined && HIGHER.includes(longest);
}

/** The figure of these that is meant, whichever of a metric's names it goes by: "valMse" is "valMeanSquaredError". */
export function figureMeant(figure: string, figures: readonly string[]): string | undefined {
  if (figures.includes(figure)) return figure;
  for (const [alias, name] of Object.entries(ALIASES))
    for (const [from, to] of [
      [alias, name],
      [name, alias],
    ] as const) {
      const other =
        figure === from ? to : isOf(figure, from) ? figure.slice(0, -from.length) + capital(to) : undefined;
      if (other !== undefined && figures.includes(other)) return other;
    }
  return undefined;
}

/** Figures of an earlier version, which called metrics by one of their names, whichever was asked for; by the names that were. */
export function byAskedNames<T extends Readonly<Record<string, number>>>(
  figures: T,
  asked: readonly string[],
): T {
  const renamed = (figure: string): string => {
    for (const name of asked) {
      const other = Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined;
      if (other !== undefined && !asked.includes(other) && isOf(figure, other))
        return figure === other ? name : figure.slice(0, -other.length) + capital(name);
    }
    return figure;
  };
  return Object.fromEntries(Object.entries(figures).map(([figure, value]) => [renamed(figure), value])) as T;
}
