/** What the chapters say, in the page's language: loaded with the first of them. */
import { enLessons } from "./enLessons.ts";

export type LessonsText = typeof enLessons;
export const lessons: LessonsText = enLessons;
