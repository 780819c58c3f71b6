// What the profile shows (bench/profile.mjs) of goals that were missed; printed below the table of goals, and only for those.

/** The first that a figure's name matches. */
const WORDS = [];

/** @param {string} figure of bench/goals.mjs @returns words, or undefined where nothing is known */
export const because = (figure) => WORDS.find(([pattern]) => pattern.test(figure))?.[1];
