/** What Plane says, in the page's language: loaded with that view. */
import { enPlane } from "./enPlane.ts";

export type PlaneText = typeof enPlane;
export const planeText: PlaneText = enPlane;
