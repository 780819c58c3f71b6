/** Plane: a net learns to tell classes of points in the plane apart, and everything in it can be watched. */
import { useEffect } from "preact/hooks";
import { Legend } from "./bar/legend.tsx";
import { PlayBar, Transport } from "./bar/transport.tsx";
import { CurvesPanel } from "./curves/curves.tsx";
import { RacePanel } from "./curves/racePanel.tsx";
import { LandscapePanel } from "./landscape/landscapePanel.tsx";
import { GradientsPanel } from "./net/gradients.tsx";
import { MicroscopePanel } from "./net/microscopePanel.tsx";
import { NetworkPanel } from "./net/network.tsx";
import { open, state } from "./page/session.ts";
import { DataPanel, TrainingPanel } from "./settings/settings.tsx";
import { SurfacePanel } from "./surface/surface.tsx";
import { TakePanel } from "./take/takePanel.tsx";

export function View() {
  useEffect(open, []);
  const { race } = state.value;
  return (
    <div class={`plane ${race ? "race" : ""}`}>
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
