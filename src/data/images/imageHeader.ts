/** What the first bytes of a picture file say of it. */
export interface ImageHeader {
  readonly kind: "png" | "jpeg";
  /** As the picture is shown, after EXIF orientation. */
  readonly width: number;
  readonly height: number;
  /** 1 where the file stores grey (or a palette of greys), else 3. */
  readonly channels: 1 | 3;
  /** EXIF orientation, 1 to 8; 1 where there is none. */
  readonly orientation: number;
  /** Bytes that pixels of this number and kind take in a file at the least. */
  readonly least: number;
  /** PNG: bits per sample. */
  readonly depth?: number;
  /** PNG: 0 grey, 2 colours, 3 a palette, 4 grey and alpha, 6 colours and alpha. */
  readonly colour?: number;
  readonly interlaced?: boolean;
  /** PNG: where the chunks begin that were not seen. One of them may have the orientation. */
  readonly rest?: number;
  /** JPEG: whether its three components are red, green and blue and not luminance and colour differences. */
  readonly rgb?: boolean;
  /** JPEG: whether it has four components that are luminance, colour differences and black. */
  readonly ycck?: boolean;
}

/** The size of the pixels as they lie in the file, before they are turned. */
export function storedSize({ width, height, orientation }: ImageHeader): { width: number; height: number } {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}
