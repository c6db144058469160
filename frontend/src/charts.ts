// Pictures of numbers: the page has the tables; what draws them is loaded where there are any.
import { whenPresent } from "./dom";

export function startCharts(): void {
  whenPresent("[data-chart]", (figure) => void import("./chart").then(({ setUpChart }) => figure.isConnected && setUpChart(figure)));
}
