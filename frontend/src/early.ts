// Loaded before the page is drawn: what fast hands press until the scripts run is kept, and played by hotkeys.ts.
// A classic script: the block keeps its names to itself.
{
  const FRESH = 2_000;
  const kept: KeyboardEvent[] = [];
  const keep = (event: KeyboardEvent): void => {
    const { code, target } = event;
    const mod = event.ctrlKey || event.metaKey;
    const typing = target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
    const bare = !event.shiftKey && !event.altKey; // Ctrl+Shift+K is the browser's
    const wanted = mod ? bare && (code === "KeyK" || code === "Enter") : !typing && !event.altKey && /^(Key.|Digit.|Slash|BracketLeft)$/.test(code);
    if (!wanted || event.isComposing) return;
    if (code === "KeyK" || code === "Slash") event.preventDefault(); // else the browser's own search takes them
    kept.push(event);
  };
  document.addEventListener("keydown", keep, true);
  // Where the calendar begins hangs on how wide the window is: the server is told before it is asked.
  const narrow = window.matchMedia("(max-width: 760px)");
  const tell = (): void => {
    document.cookie = `narrow=${narrow.matches ? 1 : 0}; path=/; max-age=31536000; samesite=lax`;
  };
  tell();
  narrow.addEventListener("change", tell);
  window.takeEarlyKeys = () => {
    document.removeEventListener("keydown", keep, true);
    // Who has waited longer than this expects nothing any more.
    return kept.splice(0).filter((event) => performance.now() - event.timeStamp < FRESH);
  };
}
