// A button with `data-print` prints the page as it stands: print.css leaves out what is no part of the paper.
import { closest } from "./dom";

export function startPrinting(): void {
  document.addEventListener("click", (event) => {
    if (closest(event, "[data-print]")) window.print();
  });
}
