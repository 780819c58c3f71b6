/** The picture of the network in the report. */
import { readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { dense, type LayerInput, sequential } from "../../src/index.ts";
import { type Box, layoutOf } from "../../src/report/page/layout.ts";
import { networkPicture } from "../../src/report/page/network.ts";
import { layerSection } from "../../src/report/page/sections.ts";
import { values } from "../support/kernel.ts";
import { forked } from "../support/seenNets.ts";
import { done, idxFolder, workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);

describe("layout", () => {
  /** Graphs of many shapes: each box is made of one to three of those before it. */
  const graphs = Array.from({ length: 40 }, (_, g): Box[] => {
    const n = 3 + (g % 17);
    const numbers = values(n * 6, g).map((v) => Math.abs(v) % 1);
    return Array.from({ length: n }, (_, i) => {
      const value = (k: number) => numbers[i * 6 + k]!;
      const some = i === 0 ? 0 : 1 + Math.floor(value(0) * Math.min(3, i));
      return {
        width: 40 + Math.floor(value(1) * 120),
        height: 30 + Math.floor(value(2) * 40),
        from: [...new Set(Array.from({ length: some }, (_, k) => Math.floor(value(3 + k) * i)))],
        last: i === n - 1,
      };
    });
  });

  test.each(graphs.map((boxes, g) => [g, boxes] as const))(
    "graph %i: boxes do not touch, edges go down",
    (_, boxes) => {
      const { places, edges, width, height } = layoutOf(boxes);
      for (const [i, a] of places.entries()) {
        expect(a.x).toBeGreaterThanOrEqual(-1e-9);
        expect(a.y).toBeGreaterThanOrEqual(0);
        expect(a.x + boxes[i]!.width).toBeLessThanOrEqual(width + 1e-9);
        expect(a.y + boxes[i]!.height).toBeLessThanOrEqual(height + 1e-9);
        for (const [j, b] of places.slice(0, i).entries()) {
          const beside = a.x >= b.x + boxes[j]!.width + 10 || b.x >= a.x + boxes[i]!.width + 10;
          const above = a.y >= b.y + boxes[j]!.height + 10 || b.y >= a.y + boxes[i]!.height + 10;
          expect(beside || above, `${i} and ${j}`).toBe(true);
        }
      }
      expect(edges).toHaveLength(boxes.reduce((sum, { from }) => sum + from.length, 0));
      for (const { from, to, points } of edges) {
        expect(boxes[to]!.from).toContain(from);
        expect(points[0]).toEqual([
          expect.closeTo(places[from]!.x + boxes[from]!.width / 2),
          places[from]!.y + boxes[from]!.height,
        ]);
        expect(points.at(-1)).toEqual([expect.closeTo(places[to]!.x + boxes[to]!.width / 2), places[to]!.y]);
        for (const [k, [x, y]] of points.entries()) {
          if (k > 0) expect(y).toBeGreaterThan(points[k - 1]![1]);
          // it passes beside every box
          for (const [i, box] of boxes.entries())
            if (i !== from && i !== to && y >= places[i]!.y && y <= places[i]!.y + box.height)
              expect(x < places[i]!.x || x > places[i]!.x + box.width, `${from} to ${to}, at ${i}`).toBe(
                true,
              );
        }
      }
    },
  );

  test("a tree is drawn without crossings, its root in the middle", () => {
    const { places, edges } = layoutOf(
      [[], [0], [0], [2], [1], [2], [1]].map((from) => ({ width: 50, height: 30, from })),
    );
    const ends = edges.map(({ points }) => [points[0]![0], points.at(-1)![0], points[0]![1]] as const);
    for (const [a, b, y] of ends)
      for (const [c, d, other] of ends) if (y === other) expect((a - c) * (b - d)).toBeGreaterThanOrEqual(0);
    const middles = places.map(({ x }) => x);
    expect(middles[0]).toBeCloseTo((middles[1]! + middles[2]!) / 2, 0);
  });
});

const names = (svg: string) => [...svg.matchAll(/class="name">([^<]*)</g)].map(([, name]) => name);

test("boxes for inputs, layers and outputs, an edge for each use, one colour for the same weights", () => {
  const model = forked();
  const svg = networkPicture(model);
  expect(names(svg)).toEqual(["image", "table", ...model.layers.map(({ name }) => name), "digit", "box"]);
  expect(svg.match(/class="tip"/g)).toHaveLength(16);
  expect(svg.match(/<g class="(input|output)"/g)).toHaveLength(4);
  expect(svg).toContain(">[6, 6, 4] · 40<");
  expect(svg).toContain(">weights of tower<");
  expect(svg.match(/class="layer shared"[^>]*><rect[^>]*var\(--series1\)/g)).toHaveLength(2);
  expect(layerSection(model, svg)).toContain("<td>tower, shared_1, flatten_1</td>");
  // nothing of it comes from elsewhere
  expect(svg).not.toMatch(/href|src=|url\(/);
});

test("a short chain has one too, a long one only the table", () => {
  const chain = (n: number) => {
    const layers: LayerInput[] = Array.from({ length: n }, () => dense({ units: 2 }));
    return sequential(layers, { inputShape: [3] });
  };
  expect(names(networkPicture(chain(2)))).toEqual(["input", "dense_1", "dense_2", "dense_2"]);
  expect(networkPicture(chain(40))).toBe("");
  expect(layerSection(chain(40), "")).not.toContain("connected to");
});

test("the report of a graph: its picture, filters of the first layer, maps of its layers", async () => {
  idxFolder(place, "images");
  place.write(
    "graph.json",
    JSON.stringify({
      nabla: 2,
      model: {
        layers: [
          { type: "input", shape: [8, 8], name: "pixels" },
          { type: "reshape", targetShape: [8, 8, 1] },
          { type: "conv2d", filters: 4, kernelSize: 3, padding: "same", name: "look" },
          { type: "activation", activation: "relu", name: "seen" },
          { type: "conv2d", filters: 4, kernelSize: 1, name: "other", inputs: ["reshape_1"] },
          { type: "add", name: "both", inputs: ["seen", "other"] },
          { type: "globalAveragePooling2d" },
          { type: "dense", units: 3, activation: "softmax", name: "class" },
        ],
        outputs: { class: "class" },
      },
    }),
  );
  done(
    await place.run([
      "train",
      "images",
      "--model",
      "graph.json",
      "--epochs",
      "2",
      "--batch-size",
      "6",
      "--report",
      "r.html",
    ]),
  );
  const page = readFileSync(place.path("r.html"), "utf8");
  expect(page).toContain("Network: a graph of 7 layers.");
  expect(names(page)).toEqual([
    "pixels",
    "reshape_1",
    "look",
    "seen",
    "other",
    "both",
    "globalAveragePooling2d_1",
    "class",
    "class",
  ]);
  expect(page).toContain("All 4 filters of layer “look”");
  const maps = [...page.matchAll(/<th scope="col">([^<]*)<br>/g)].map(([, name]) => name);
  expect(maps).toEqual(["seen", "other", "both"]);
});
