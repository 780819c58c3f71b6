/** The chapters in the lectures' order. Each is loaded when it is opened; its title and texts are in the catalogue under the same name. */
import type { Chapter } from "../chapter.ts";

// biome-ignore lint/suspicious/noExplicitAny: each has a state and a result of its own
export type AnyChapter = Chapter<any, any>;
type Loader = () => Promise<{ default: AnyChapter }>;

export const CHAPTERS = {
  perceptron: () => import("./perceptron.tsx"),
  sigmoid: () => import("./sigmoid.tsx"),
  matrices: () => import("./matrices.tsx"),
  cost: () => import("./cost.tsx"),
  descent: () => import("./descent.tsx"),
  backpropagation: () => import("./backpropagation.tsx"),
  softmax: () => import("./softmax.tsx"),
  initialisation: () => import("./initialisation.tsx"),
  overfitting: () => import("./overfitting.tsx"),
  momentum: () => import("./momentum.tsx"),
  convolution: () => import("./convolution.tsx"),
  cutting: () => import("./cutting.tsx"),
  recurrent: () => import("./recurrent.tsx"),
} satisfies Record<string, Loader>;

export type ChapterName = keyof typeof CHAPTERS;
export const NAMES = Object.keys(CHAPTERS) as ChapterName[];

export const loadChapter = async (name: ChapterName): Promise<AnyChapter> => (await CHAPTERS[name]()).default;
