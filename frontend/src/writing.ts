// Letters and other texts with emphasis: what only their pages need is loaded there.
import { whenPresent } from "./dom";

export function startWriting(): void {
  whenPresent("[data-editor]", (root) => void import("./editor").then(({ setUpEditor }) => setUpEditor(root)));
  whenPresent("form[data-compose]", (form) => void import("./compose").then(({ setUpCompose }) => form instanceof HTMLFormElement && setUpCompose(form)));
}
