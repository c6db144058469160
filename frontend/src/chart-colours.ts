// The colours of the design tokens as a drawing library takes them.

/** The hues of series in their order, apart from each other for those who see colours poorly, too. */
export const HUES = ["teal", "orange", "blue", "pink", "green", "violet", "yellow", "red", "gray"];

let measured: CanvasRenderingContext2D | null = null;

/** Any colour of CSS (the tokens are oklch) as rgb(). */
function plain(colour: string): string {
  measured ??= Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  if (!measured) return colour;
  measured.clearRect(0, 0, 1, 1);
  measured.fillStyle = colour;
  measured.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0, alpha = 255] = measured.getImageData(0, 0, 1, 1).data;
  return `rgba(${red},${green},${blue},${(alpha / 255).toFixed(3)})`;
}

export type Colours = { text: string; faint: string; line: string; surface: string; tip: string; accent: string; soft: string; strong: string; font: string; good: string; bad: string; hue: (name: string) => string };

/** The colours that hold for an element now, in the theme that is on. */
export function coloursOf(element: HTMLElement): Colours {
  const probe = document.createElement("span");
  probe.hidden = true;
  element.append(probe);
  const token = (name: string): string => plain(getComputedStyle(probe).getPropertyValue(name).trim());
  const hues = new Map<string, string>();
  for (const name of HUES) {
    probe.dataset.hue = name;
    hues.set(name, token("--dot"));
  }
  delete probe.dataset.hue;
  const found = { text: token("--text-2"), faint: token("--text-3"), line: token("--line"), surface: token("--surface"), tip: token("--text"), accent: token("--accent"), soft: token("--accent-soft"), strong: token("--accent-line"), font: getComputedStyle(element).fontFamily, good: token("--success"), bad: token("--danger") };
  probe.remove();
  return { ...found, hue: (name) => hues.get(name) ?? found.accent };
}
