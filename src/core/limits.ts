/** What 32-bit offsets into linear memory can reach, in bytes. */
export const MAX_BYTES = 4294967296;
