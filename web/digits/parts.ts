/** What the view does not need at once, as one file: were each loaded by itself, all of the view would be cut into many small ones. */
export { Builder } from "./builder.tsx";
export { CurvesPanel } from "./curvesPanel.tsx";
export { DataPanel } from "./dataPanel.tsx";
export { MapsPanel, WeightsPanel } from "./insides.tsx";
export { MistakesPanel } from "./mistakes.tsx";
export { KeptPanel, ModelPanel } from "./modelPanel.tsx";
export { PadTools } from "./padTools.tsx";
export { TablePanel } from "./table.tsx";
