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
  /** PNG: bits per sample. */
  readonly depth?: number;
  readonly interlaced?: boolean;
  /** JPEG: whether its three components are red, green and blue and not luminance and colour differences. */
  readonly rgb?: boolean;
}
