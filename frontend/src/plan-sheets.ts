// What a sheet of plans needs is loaded where there is one.
import { whenPresent } from "./dom";

export function startPlanSheets(): void {
  whenPresent("[data-plan-sheet]", (form) => void import("./plan-sheet").then(({ setUpSheet }) => form.isConnected && setUpSheet(form)));
}
