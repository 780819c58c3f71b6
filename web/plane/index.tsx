/** Plane: a net learns to tell classes of points in the plane apart, or values, and everything in it can be watched. */
import { useEffect } from "preact/hooks";
import { planeText } from "../text/plane.ts";
import { Legend } from "./bar/legend.tsx";
import { PlayBar, Transport } from "./bar/transport.tsx";
import { CurvesPanel } from "./curves/curves.tsx";
import { RacePanel } from "./curves/racePanel.tsx";
import { LandscapePanel } from "./landscape/landscapePanel.tsx";
import { RavinePanel } from "./landscape/ravinePanel.tsx";
import { GradientsPanel } from "./net/gradients.tsx";
import { MicroscopePanel } from "./net/microscopePanel.tsx";
import { NetworkPanel } from "./net/network.tsx";
import { unsettled } from "./page/hearing.ts";
import { open } from "./page/session.ts";
import { state } from "./page/signals.ts";
import { DataPanel } from "./settings/dataPanel.tsx";
import { useDrops } from "./settings/files.tsx";
import { TrainingPanel } from "./settings/trainingPanel.tsx";
import { SharePanel } from "./share/sharePanel.tsx";
import type { PartName } from "./state/choices.ts";
import { SurfacePanel } from "./surface/surface.tsx";
import { TakePanel } from "./take/takePanel.tsx";

export function View() {
  useEffect(open, []);
  useDrops();
  const { race, hide, lock } = state.value;
  const shows = (part: PartName): boolean => !hide.includes(part);
  const settings = shows("data") || shows("training");
  return (
    <div class={`plane ${race ? "race" : ""} ${settings ? "" : "bare"}`} aria-busy={unsettled}>
      <h1 class="unseen">{planeText.title}</h1>
      <Transport />
      <Legend />
      <div class="columns">
        {settings && (
          <div class="stack settings">
            {lock && <p class="panel small locked">{planeText.share.locked}</p>}
            {shows("data") && <DataPanel />}
            {shows("training") && <TrainingPanel />}
          </div>
        )}
        <div class="stack middle">
          {shows("net") && (race ? <RacePanel /> : <NetworkPanel />)}
          {!race && shows("microscope") && <MicroscopePanel />}
          {!race && shows("gradients") && <GradientsPanel />}
          {shows("landscape") && <LandscapePanel />}
          {shows("landscape") && <RavinePanel />}
          {!race && shows("take") && <TakePanel />}
          <SharePanel />
        </div>
        <div class="stack result">
          {!race && shows("surface") && <SurfacePanel />}
          {shows("curves") && <CurvesPanel />}
        </div>
      </div>
      <PlayBar />
    </div>
  );
}
