/** The chapters of the English catalogue, loaded with the first that is opened. */
import { enLessonsFirst } from "./enLessonsFirst.ts";
import { enLessonsLater } from "./enLessonsLater.ts";

export const enLessons = { ...enLessonsFirst, ...enLessonsLater };
