/** Whether fit() uses a worker unasked: on a page, which must not stand still. */
export const onPage = (): boolean => typeof document !== "undefined" && typeof Worker === "function";
