// Lists and calendars: what makes their columns movable, their cells editable and their records draggable comes when a hand or the focus first comes to one.
import { whenPresent } from "./dom";

export function startLists(): void {
  whenPresent("[data-looks]", (wrap) => {
    let woken = false;
    const wake = (): void => {
      if (woken) return;
      woken = true;
      void import("./heads").then(({ setUpHeads }) => setUpHeads(wrap));
      if (wrap.dataset.cells) void import("./cells").then(({ setUpCells }) => setUpCells(wrap));
    };
    if (Number(wrap.dataset.pin) > 1) wake(); // what is pinned has to stay from the first scroll on
    for (const name of ["pointerover", "focusin"]) wrap.addEventListener(name, wake, { once: true, passive: true });
  });  whenPresent("[data-calendar]", (area) => {
    area.addEventListener("pointerover", () => void import("./calendar").then(({ setUpCalendar }) => setUpCalendar(area)), { once: true, passive: true });
  });
}
