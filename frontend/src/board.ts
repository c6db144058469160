// Boards: cards move by mouse, finger or the "Move" menu. A refused move goes back; a 422 answer asks in the dialog.
import { all, closest, find, icon, make, whenPresent } from "./dom";
import { closeMenu, openMenu } from "./menu";
import { htmx } from "./requests";
import { text } from "./texts";
import { showToast } from "./toast";

type Place = { list: HTMLElement; next: ChildNode | null };

function placeOf(card: HTMLElement): Place {
  return { list: card.parentElement as HTMLElement, next: card.nextSibling };
}

function put(card: HTMLElement, { list, next }: Place): void {
  list.insertBefore(card, next?.parentNode === list ? next : null);
}

function column(card: HTMLElement): HTMLElement | null {
  return card.closest<HTMLElement>("[data-stage]");
}

/** Tell the server where the card is now; bring it back to `from` unless the server agrees. */
function send(card: HTMLElement, from: Place): void {
  const stage = column(card)?.dataset.stage ?? "";
  const name = find(".row-link", card)?.textContent ?? "";
  const id = card.id;
  const url = card.dataset.moveUrl ?? "";
  let asking = false;
  let settled = false;
  let answered = false;
  const back = (): void => {
    const now = document.getElementById(id);
    if (settled || !now) return;
    settled = true;
    delete now.dataset.moving;
    put(now, from);
  };
  card.dataset.moving = "";
  const judge = (event: Event): void => {
    const detail = (event as CustomEvent<{ xhr: XMLHttpRequest; target: HTMLElement; shouldSwap: boolean; swapOverride: string }>).detail;
    const dialog = find("#dialog-body");
    answered = true;
    if (detail.xhr.status === 422 && dialog) {
      asking = true;
      detail.target = dialog;
      detail.swapOverride = "innerHTML";
      detail.shouldSwap = true;
    } else if (detail.xhr.status < 300) {
      settled = true;
      detail.shouldSwap = detail.shouldSwap && detail.xhr.responseText.trim() !== "";
    } else detail.shouldSwap = false;
  };
  card.addEventListener("htmx:beforeSwap", judge, { once: true });
  const finish = (): void => {
    delete card.dataset.moving;
    if (asking) return waitForDialog(url, back);
    if (settled) return;
    back();
    // A refusal has been explained by the answer itself; silence of the network has not.
    if (!answered) showToast({ text: text("moveFailed", { name }), kind: "error" });
  };
  const values = { stage, version: card.dataset.version ?? "" };
  void htmx.ajax("post", url, { source: card, target: card, swap: "outerHTML", values }).then(finish, finish);
}

/** The form in the dialog decides: a 2xx answer keeps the card, closing without it brings the card back. */
function waitForDialog(url: string, back: () => void): void {
  let taken = false;
  const body = find("#dialog-body");
  const onAnswer = (event: Event): void => {
    const { xhr, requestConfig } = (event as CustomEvent<{ xhr: XMLHttpRequest; requestConfig: { path: string } }>).detail;
    if (requestConfig.path === url && xhr.status >= 200 && xhr.status < 300) taken = true;
  };
  body?.addEventListener("htmx:beforeOnLoad", onAnswer);
  document.addEventListener("dialogClosed", () => {
    body?.removeEventListener("htmx:beforeOnLoad", onAnswer);
    if (!taken) back();
  }, { once: true });
}

async function makeSortable(board: HTMLElement): Promise<void> {
  const { default: Sortable } = await import("./sortable");
  let from: Place | undefined;
  for (const list of all("[data-board-list]", board)) {
    Sortable.create(list, {
      group: board.id,
      sort: false, // the order of a column is the list's own; only the column is chosen by hand
      draggable: "[data-move-url]",
      filter: "button",
      preventOnFilter: false,
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 140,
      delay: 180,
      delayOnTouchOnly: true,
      touchStartThreshold: 4,
      ghostClass: "board-ghost",
      dragClass: "board-drag",
      scroll: board, // the nearest list scrolls up and down by itself; sideways it is the board that has to
      bubbleScroll: true,
      forceAutoScrollFallback: true, // what the browser itself scrolls by while dragging is a few pixels at the very edge
      scrollSensitivity: 80,
      scrollSpeed: 14,
      onStart: ({ item }) => {
        from = placeOf(item);
        board.dataset.dragging = "";
      },
      onEnd: ({ item, from: source, to }) => {
        delete board.dataset.dragging;
        if (from && source !== to) send(item, from);
        from = undefined;
      },
    });
  }
}

function moveTo(card: HTMLElement, target: Place): void {
  const from = placeOf(card);
  put(card, target);
  find("[data-board-move]", card)?.focus();
  send(card, from);
}

function menuItem(label: string, sign: string, act: () => void): HTMLElement {
  const item = make("button", { type: "button", class: "menu-item", role: "menuitem", tabindex: "-1" }, icon(sign), make("span", {}, label));
  item.addEventListener("click", () => {
    closeMenu();
    act();
  });
  return item;
}

function openMoveMenu(button: HTMLElement): void {
  const card = button.closest<HTMLElement>("[data-card]");
  const board = button.closest<HTMLElement>("[data-board]");
  if (!card || !board) return;
  const panel = make("div", { class: "menu-panel", popover: "manual" });
  const inner = make("div", { role: "menu", "aria-label": text("moveTo") }, make("div", { class: "menu-title", role: "presentation" }, text("moveTo")));
  for (const stage of all("[data-stage]", board)) {
    const list = find("[data-board-list]", stage);
    if (!list || stage.contains(card)) continue;
    inner.append(menuItem(stage.dataset.stageLabel ?? "", "move-right", () => moveTo(card, { list, next: list.firstChild })));
  }
  panel.append(inner);
  document.body.append(panel);
  openMenu(button, panel, () => panel.remove());
}

export function startBoards(): void {
  whenPresent("[data-board]", (board) => void makeSortable(board));
  document.addEventListener("click", (event) => {
    const button = closest(event, "[data-board-move]");
    if (button) {
      event.stopImmediatePropagation();
      openMoveMenu(button);
    }
  });
}
