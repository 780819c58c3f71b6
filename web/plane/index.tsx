/** Plane: a net learns to tell classes of points in the plane apart, and everything in it can be watched. */
import { useEffect } from "preact/hooks";
import { CurvesPanel } from "./curves.tsx";
import { GradientsPanel } from "./gradients.tsx";
import { LandscapePanel } from "./landscapePanel.tsx";
import { Legend } from "./legend.tsx";
import { MicroscopePanel } from "./microscopePanel.tsx";
import { NetworkPanel } from "./network.tsx";
import { RacePanel } from "./racePanel.tsx";
import { open, state, unsettled } from "./session.ts";
import { DataPanel, TrainingPanel } from "./settings.tsx";
import { SurfacePanel } from "./surface.tsx";
import { TakePanel } from "./takePanel.tsx";
import { PlayBar, Transport } from "./transport.tsx";

export function View() {
  useEffect(open, []);
  const { race } = state.value;
  return (
    <div class={`plane ${race ? "race" : ""}`} aria-busy={unsettled}>
      <h1 class="unseen">Plane</h1>
      <Transport />
      <Legend />
      <div class="columns">
        <div class="stack settings">
          <DataPanel />
          <TrainingPanel />
        </div>
        <div class="stack middle">
          {race ? <RacePanel /> : <NetworkPanel />}
          {!race && <MicroscopePanel />}
          {!race && <GradientsPanel />}
          <LandscapePanel />
          {!race && <TakePanel />}
        </div>
        <div class="stack result">
          {!race && <SurfacePanel />}
          <CurvesPanel />
        </div>
      </div>
      <PlayBar />
    </div>
  );
}
