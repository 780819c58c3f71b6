/** Stands in for console.log. */
export const quiet = (): void => {};
