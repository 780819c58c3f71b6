/** The page: chooses a view by the hash of the address and puts the shell around it. */
import { render } from "preact";
import { Shell } from "./shell/shell.tsx";

const root = document.getElementById("app")!;
root.textContent = "";
render(<Shell />, root);
