// What a declared chart is to the drawing library. Texts of points come from the server, in the page's language.
import type { BarSeriesOption, HeatmapSeriesOption, LineSeriesOption } from "echarts/charts";
import type { EChartsCoreOption } from "echarts/core";
import { type Colours, HUES } from "./chart-colours";

export type Line = { label: string; hue: string; look?: "" | "dashed" | "low" | "high"; values: (number | null)[]; texts: string[]; urls: string[]; whole: boolean[] };
export type Told = { kind: "bar" | "stacked" | "line" | "area" | "heatmap" | "waterfall"; title: string; unit: "count" | "money" | "percent" | "days"; currency: string; labels: string[]; hues: string[]; series: Line[] };
type Pointed = { seriesIndex: number; dataIndex: number; name: string };

const LONGEST = 18; // letters of a label before it is broken

/** The series and the place in it that a point of the picture stands for. */
export function pointOf(told: Told, at: Pointed): { line: Line; place: number } | undefined {
  if (told.kind === "heatmap") {
    const across = told.labels.length;
    const line = told.series[Math.floor(at.dataIndex / across)];
    return line && { line, place: at.dataIndex % across };
  }
  const line = told.series[told.kind === "waterfall" ? 0 : at.seriesIndex];
  return line && { line, place: at.dataIndex };
}

function onAxis(told: Told): (value: number) => string {
  const brief = new Intl.NumberFormat(document.documentElement.lang, { notation: "compact", maximumFractionDigits: 1 });
  return (value) => (told.unit === "percent" ? `${brief.format(value)} %` : brief.format(value));
}

/** How high the names of the series stand, by what they take of the width: seven pixels a letter, and the mark. */
function namesHigh(told: Told, width: number): number {
  if (told.series.length < 2) return 0;
  let [rows, taken] = [1, 0];
  for (const { label } of told.series) {
    const wide = label.length * 7 + 30;
    if (taken && taken + wide > width - 16) [rows, taken] = [rows + 1, 0];
    taken += wide;
  }
  return 4 + rows * 22;
}

function frame(told: Told, colours: Colours, lying: boolean, width: number): EChartsCoreOption {
  const labels = { type: "category", data: told.labels, inverse: lying, axisTick: { show: false }, axisLine: { lineStyle: { color: colours.line } }, axisLabel: { color: colours.text, interval: told.labels.length > 14 && !lying ? "auto" : 0, width: lying ? 116 : undefined, overflow: "break", lineHeight: 14, hideOverlap: true, formatter: lying ? undefined : broken } };
  const values = { type: "value", splitNumber: lying ? 3 : 5, splitLine: { lineStyle: { color: colours.line } }, axisLabel: { color: colours.faint, formatter: onAxis(told), hideOverlap: true } };
  return {
    grid: { left: 8, right: 16, top: 16 + namesHigh(told, width), bottom: 8, containLabel: true },
    xAxis: lying ? values : labels,
    yAxis: lying ? labels : values,
    legend: told.series.length > 1 ? { top: 4, left: 8, icon: "roundRect", itemWidth: 12, itemHeight: 8, textStyle: { color: colours.text }, type: "plain" } : undefined,
    textStyle: { fontFamily: colours.font },
    tooltip: { renderMode: "richText", confine: true, backgroundColor: colours.tip, borderWidth: 0, textStyle: { color: colours.surface, fontSize: 12 }, formatter: (at: Pointed) => tip(told, at) },
  };
}

/** A label over two lines where it is long. */
function broken(label: string): string {
  if (label.length <= LONGEST) return label;
  const middle = label.indexOf(" ", Math.floor(label.length / 2) - 4);
  return middle > 0 ? `${label.slice(0, middle)}\n${label.slice(middle + 1)}` : label;
}

function tip(told: Told, at: Pointed): string {
  const found = pointOf(told, at);
  if (!found) return "";
  const head = told.series.length > 1 ? `${told.labels[found.place] ?? ""} · ${found.line.label}` : (told.labels[found.place] ?? "");
  return `${head}\n${found.line.texts[found.place] ?? ""}`;
}

const hand = (line: Line, place: number): "pointer" | "default" => (line.urls[place] ? "pointer" : "default");

function bars(told: Told, colours: Colours): BarSeriesOption[] {
  return told.series.map((line, n) => ({
    type: "bar",
    name: line.label,
    ...(told.kind === "stacked" ? { stack: "all" } : {}),
    barMaxWidth: 44,
    cursor: line.urls.some(Boolean) ? "pointer" : "default",
    itemStyle: { color: colours.hue(line.hue || HUES[n % HUES.length] || ""), borderRadius: told.kind === "stacked" ? 0 : 3 },
    data: line.values.map((value, place) => ({ value: value ?? "-", ...(told.hues[place] ? { itemStyle: { color: colours.hue(told.hues[place]) } } : {}) })),
  }));
}

function lines(told: Told, colours: Colours): LineSeriesOption[] {
  return told.series.map((line, n) => {
    const colour = colours.hue(line.hue || HUES[n % HUES.length] || "");
    if (line.look === "low" || line.look === "high") return bound(told, n, colour);
    return { type: "line", name: line.label, symbol: "circle", symbolSize: 7, lineStyle: { width: 2, color: colour, type: line.look === "dashed" ? "dashed" : "solid" }, itemStyle: { color: colour }, ...(told.kind === "area" ? { areaStyle: { color: colour, opacity: 0.16 }, stack: "all" } : {}), cursor: line.urls.some(Boolean) ? "pointer" : "default", data: line.values.map((value) => value ?? "-") };
  });
}

/** One edge of a band: the upper one stands on the lower and fills what is between them. */
function bound(told: Told, n: number, colour: string): LineSeriesOption {
  const line = told.series[n] as Line;
  const low = line.look === "high" ? told.series[n - 1] : undefined;
  const data = line.values.map((value, place) => (value === null ? "-" : value - (low?.values[place] ?? 0)));
  return { type: "line", name: line.label, stack: "band", stackStrategy: "all", symbol: "none", lineStyle: { width: 1, color: colour, opacity: 0.45 }, itemStyle: { color: colour, opacity: 0.45 }, ...(low ? { areaStyle: { color: colour, opacity: 0.14 } } : {}), data };
}

/** Bars that stand on what came before them: an unseen one carries each. */
function steps(told: Told, colours: Colours, lying: boolean): BarSeriesOption[] {
  const line = told.series[0];
  if (!line) return [];
  let sum = 0;
  const under: number[] = [];
  const shown = line.values.map((value, place) => {
    const delta = value ?? 0;
    const whole = line.whole[place] ?? false;
    const before = whole ? 0 : sum;
    sum = whole ? delta : sum + delta;
    under.push(Math.min(before, sum));
    const colour = told.hues[place] ? colours.hue(told.hues[place]) : whole ? colours.accent : delta < 0 ? colours.bad : colours.good;
    return { value: Math.abs(sum - before), itemStyle: { color: colour, borderRadius: 3 }, cursor: hand(line, place), label: { show: !lying || delta !== 0, position: lying ? ("right" as const) : ("top" as const), color: colours.text, fontSize: 11, formatter: () => brief(told, delta, whole) } };
  });
  return [
    { type: "bar", stack: "all", silent: true, itemStyle: { color: "transparent" }, emphasis: { disabled: true }, data: under, animation: false },
    { type: "bar", stack: "all", name: line.label, barMaxWidth: 64, cursor: "pointer", data: shown },
  ];
}

function brief(told: Told, value: number, whole: boolean): string {
  const text = new Intl.NumberFormat(document.documentElement.lang, { notation: "compact", maximumFractionDigits: 1, signDisplay: whole ? "auto" : "exceptZero" }).format(value);
  return (told.unit === "percent" ? `${text} %` : text).replace("-", "\u2212");
}

function squares(told: Told, colours: Colours): EChartsCoreOption {
  const data = told.series.flatMap((line, row) => line.values.map((value, place): [number, number, number | string] => [place, row, value ?? "-"]));
  const most = Math.max(1, ...told.series.flatMap((line) => line.values.map((value) => value ?? 0)));
  const series: HeatmapSeriesOption = { type: "heatmap", data, cursor: "pointer", itemStyle: { borderColor: colours.surface, borderWidth: 2, borderRadius: 3 }, label: { show: told.labels.length <= 12, color: colours.tip, fontSize: 11, formatter: (at) => pointOf(told, at as unknown as Pointed)?.line.texts[at.dataIndex % told.labels.length] ?? "" } };
  return {
    xAxis: { type: "category", data: told.labels, position: "top", axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: colours.text, interval: 0, formatter: broken, lineHeight: 14, hideOverlap: true } },
    yAxis: { type: "category", data: told.series.map((line) => line.label), inverse: true, axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: colours.text } },
    legend: undefined,
    grid: { left: 8, right: 8, top: 8, bottom: 8, containLabel: true },
    visualMap: { show: false, min: 0, max: most, inRange: { color: [colours.soft, colours.strong] } },
    series: [series],
  };
}

/** All of it. `lying`: the labels stand at the side, for windows that are narrow. */
export function optionsOf(told: Told, colours: Colours, lying: boolean, width: number): EChartsCoreOption {
  const around = frame(told, colours, lying, width);
  switch (told.kind) {
    case "heatmap":
      return { ...around, ...squares(told, colours) };
    case "waterfall":
      return { ...around, series: steps(told, colours, lying), tooltip: { ...(around.tooltip as object), formatter: (at: Pointed) => tip(told, at) } };
    case "line":
    case "area":
      return { ...around, series: lines(told, colours) };
    default:
      return { ...around, series: bars(told, colours) };
  }
}
