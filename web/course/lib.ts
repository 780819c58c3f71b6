/**
 * What chapters use of Nabla, as one object: so all of them load the same files, which are those that Plane's engine has. Were each to
 * import what it needs, the library would be cut into many more pieces, and Digits would load them all.
 */
import {
  activation,
  conv2d,
  dense,
  dropout,
  earlyStopping,
  maxPooling2d,
  NablaError,
  sequential,
} from "nabla";
import { arrayDataset, blobs, circles, moons, spirals, splitDataset } from "nabla/data";

export const nabla = {
  activation,
  arrayDataset,
  blobs,
  circles,
  conv2d,
  dense,
  dropout,
  earlyStopping,
  maxPooling2d,
  moons,
  NablaError,
  sequential,
  spirals,
  splitDataset,
};
