// Lists and calendars: what makes their columns movable, their cells editable and their records draggable comes when a hand or the focus first comes to one.
import { whenPresent } from "./dom";

export function startLists(): void {
  whenPresent("[data-looks]", (wrap) => {
    let woken = false;
    const wake = (): void => {
      if (woken) return;
      woken = true;
      void import("./heads").then(({ setUpHeads }) => setUpHeads(wrap));
      if (wrap.dataset.cells) void import("./cells").then(({ setUpCells }) => begin(setUpCells));
    };
    let missed: EventTarget | null = null; // a double click that came before what answers it
    const early = (event: Event): void => {
      missed = event.target;
    };
    const begin = (setUp: (wrap: HTMLElement) => void): void => {
      wrap.removeEventListener("dblclick", early);
      setUp(wrap);
      missed?.dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
    };
    if (wrap.dataset.cells) wrap.addEventListener("dblclick", early);
    if (Number(wrap.dataset.pin) > 1) wake(); // what is pinned has to stay from the first scroll on
    for (const name of ["pointerover", "focusin"]) wrap.addEventListener(name, wake, { once: true, passive: true });
  });
  whenPresent("[data-calendar]", (area) => {
    area.addEventListener("pointerover", () => void import("./calendar").then(({ setUpCalendar }) => setUpCalendar(area)), { once: true, passive: true });
  });
}
