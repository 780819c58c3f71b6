/** The English catalogue of what is around every view, and in the controls they share. */

export const enPage = {
  views: { course: "Course", digits: "Digits", plane: "Plane" },
  name: "Nabla playground",
  brand: "Nabla",
  titled: "{view} – {name}",
  skip: "Skip to content",
  nav: "Views",
  loading: "Loading…",
  private: "Everything here is computed in this page. Nothing you draw or drop leaves your machine.",
  licences: "Licences",
  failed: "This part of the page could not be loaded ({why}). Reload to try again.",
  noCharts: "The charts could not be loaded; reload to try again",
  dismiss: "Dismiss",
  theme: {
    says: { system: "as the system", light: "light", dark: "dark" },
    title: "Colours: {now}",
    button: "Colours: {now}. Change to {next}",
  },
  what: "What is this: {name}",
  number: "Expected a number from {min} to {max}; still {value}.",
  whole: "Expected a whole number from {min} to {max}; still {value}.",
  at: "at",
  noNumber: "no number",
} as const;
