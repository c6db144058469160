// Draws one chart: its numbers stand beside it as JSON, its table is the same in words.
import { BarChart, HeatmapChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent, VisualMapContinuousComponent } from "echarts/components";
import { type ECharts, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { coloursOf } from "./chart-colours";
import { type Told, optionsOf, pointOf } from "./chart-options";
import { find } from "./dom";

use([BarChart, LineChart, HeatmapChart, GridComponent, LegendComponent, TooltipComponent, VisualMapContinuousComponent, SVGRenderer]);

const NARROW = 560; // pixels of width below which labels stand at the side
const ROW = 40; // pixels of height for a label there
const USUAL = 320; // pixels of height else
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const dark = matchMedia("(prefers-color-scheme: dark)");

/** Whether a picture lies on its side, so that its labels have room. */
function lies(told: Told, picture: HTMLElement): boolean {
  return picture.clientWidth < NARROW && ["bar", "stacked", "waterfall"].includes(told.kind);
}

/** Give a picture the height that its labels take; return it. Measured it would be what it was: styles may change slowly. */
function makeRoom(told: Told, picture: HTMLElement, lying: boolean): number {
  const height = lying ? told.labels.length * ROW + (told.series.length > 2 ? 128 : 84) : told.kind === "heatmap" ? told.series.length * 36 + 56 : USUAL;
  picture.style.height = `${height}px`;
  return height;
}

function draw(chart: ECharts, told: Told, picture: HTMLElement): void {
  const lying = lies(told, picture);
  chart.resize({ height: makeRoom(told, picture, lying) });
  chart.setOption({ animation: !calm.matches, animationDuration: 250, ...optionsOf(told, coloursOf(picture), lying, picture.clientWidth) }, true);
}

function openRows(told: Told, at: { seriesIndex?: number; dataIndex: number; name: string }, event: MouseEvent | undefined): void {
  const found = pointOf(told, { seriesIndex: at.seriesIndex ?? 0, dataIndex: at.dataIndex, name: at.name });
  const url = found?.line.urls[found.place];
  if (!url) return;
  if (event?.ctrlKey || event?.metaKey) window.open(url, "_blank", "noopener");
  else location.assign(url);
}

function setUpSwitch(figure: HTMLElement, again: () => void): void {
  const button = find("[data-chart-switch]", figure);
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const table = figure.toggleAttribute("data-as-table");
    button.setAttribute("aria-pressed", String(table));
    if (!table) again();
  });
}

export function setUpChart(figure: HTMLElement): void {
  const picture = find("[data-chart-picture]", figure);
  const block = find("[data-chart-data]", figure);
  if (!picture || !block?.textContent) return;
  const told = JSON.parse(block.textContent) as Told;
  picture.hidden = false;
  figure.dataset.drawn = "";
  const height = makeRoom(told, picture, lies(told, picture));
  const chart = init(picture, null, { renderer: "svg", height });
  const again = (): void => draw(chart, told, picture);
  again();
  chart.on("click", (at) => openRows(told, at as unknown as { dataIndex: number; name: string }, at.event?.event as unknown as MouseEvent | undefined));
  let width = picture.clientWidth;
  const sizes = new ResizeObserver(() => {
    if (!picture.isConnected) return end();
    if (picture.clientWidth === width || picture.clientWidth === 0) return;
    width = picture.clientWidth;
    again();
  });
  sizes.observe(picture);
  const themes = new MutationObserver(again);
  themes.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  dark.addEventListener("change", again);
  const end = (): void => {
    sizes.disconnect();
    themes.disconnect();
    dark.removeEventListener("change", again);
    chart.dispose();
  };
  setUpSwitch(figure, again);
}
