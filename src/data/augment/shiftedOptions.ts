/** How shifted() reads its rows. */
export interface ShiftedOptions {
  /** What comes in at the edge, as it is stored: 0 to 255 for bytes. Default 0. */
  fill?: number;
  /** [h, w] or [h, w, c], for images stored as flat rows. Default: the dataset's own shape. */
  imageShape?: readonly number[];
}
