// Lists, calendars and maps: what makes their columns movable, their cells editable and their records draggable comes when a hand or the focus first comes to one.
import { closest, whenPresent } from "./dom";

const TWICE = 300; // between two clicks that are one gesture, in milliseconds

/** A number or an address in a cell that can be edited: one click or tap dials or writes, two edit. So one waits for a second. */
function setUpLinks(wrap: HTMLElement): void {
  let waiting: { cell: HTMLElement; timer: number } | undefined;
  let goes = false; // a click of our own
  wrap.addEventListener("click", (event) => {
    const link = closest<HTMLAnchorElement>(event, "td a[href^='tel:'], td a[href^='mailto:']");
    const cell = link?.closest("td");
    // Keys press links too (detail 0), and do it at once.
    if (goes || !link || !cell || event.detail === 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const second = waiting?.cell === cell;
    window.clearTimeout(waiting?.timer);
    waiting = undefined;
    if (second) {
      cell.dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
      return;
    }
    const timer = window.setTimeout(() => {
      waiting = undefined;
      goes = true;
      link.click();
      goes = false;
    }, TWICE);
    waiting = { cell, timer };
  });
}

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
      if (!closest(event, "a, button, input, label")) missed = event.target;
    };
    const begin = (setUp: (wrap: HTMLElement) => void): void => {
      wrap.removeEventListener("dblclick", early);
      setUp(wrap);
      missed?.dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
    };
    if (wrap.dataset.cells) {
      wrap.addEventListener("dblclick", early);
      setUpLinks(wrap);
    }
    if (Number(wrap.dataset.pin) > 1) wake(); // what is pinned has to stay from the first scroll on
    for (const name of ["pointerover", "focusin"]) wrap.addEventListener(name, wake, { once: true, passive: true });
  });
  whenPresent('[data-day=""]', (area) => void import("./day").then(({ setUpDay }) => area.isConnected && setUpDay(area)));
  whenPresent("[data-matching]", (area) => void import("./matching").then(({ setUpMatching }) => area.isConnected && setUpMatching(area)));
  whenPresent("[data-map]", (area) => void import("./map").then(({ setUpMap }) => area.isConnected && setUpMap(area)));
  whenPresent("[data-people-calendar]", (area) => void import("./people-calendar").then(({ setUpPeopleCalendar }) => area.isConnected && setUpPeopleCalendar(area)));
  whenPresent("[data-calendar]", (area) => void import("./calendar").then(({ setUpCalendar }) => area.isConnected && setUpCalendar(area)));
}
