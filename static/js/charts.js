"use strict";
// Draws the charts of templates/ui/chart.html with Chart.js. Optional: the table below each chart has the same numbers.
(() => {
  const language = document.documentElement.lang;
  const plain = new Intl.NumberFormat(language);
  const share = new Intl.NumberFormat(language, { style: "percent" });
  const shortDay = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", timeZone: "UTC" });
  const drawn = new Map(); // figure → its chart

  // Patterns keep the series apart without color; a look names its pattern in charts.css.
  const STROKES = {
    stripes: (at) => { at.moveTo(-2, 2); at.lineTo(2, -2); at.moveTo(-2, 10); at.lineTo(10, -2); at.moveTo(6, 10); at.lineTo(10, 6); },
    lines: (at) => { at.moveTo(0, 2); at.lineTo(8, 2); at.moveTo(0, 6); at.lineTo(8, 6); },
    dots: (at) => { for (const [x, y] of [[2, 2], [6, 6]]) { at.moveTo(x + 1, y); at.arc(x, y, 1, 0, 7); } },
  };
  const filled = (color, pattern) => {
    if (!(pattern in STROKES)) return color;
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const at = tile.getContext("2d");
    at.strokeStyle = at.fillStyle = color;
    at.globalAlpha = 0.22;
    at.fillRect(0, 0, 8, 8);
    at.globalAlpha = 1;
    at.lineWidth = 2;
    at.beginPath();
    STROKES[pattern](at);
    at.stroke();
    return at.createPattern(tile, "repeat");
  };

  // Colors as the style sheet has them now: of the key of each series, and of the figure for text, lines and ground.
  const colors = (figure) => {
    const own = getComputedStyle(figure);
    const looks = [...figure.querySelectorAll(".chart-key")].map((key) => {
      const style = getComputedStyle(key);
      const named = (name) => style.getPropertyValue(name).trim();
      const dash = named("--dash");
      return { color: style.color, pattern: named("--pattern"), dash: dash ? dash.split(" ").map(Number) : [], point: named("--point") };
    });
    return { text: own.color, grid: own.borderTopColor, ground: own.backgroundColor, looks };
  };

  // `config`: of Chart.js, before or after its chart is made.
  const paint = (figure, config) => {
    const { text, grid, ground, looks } = colors(figure);
    config.data.datasets.forEach((set, place) => {
      const { color, pattern, dash, point } = looks[place];
      if (config.type === "bar") {
        Object.assign(set, { backgroundColor: filled(color, pattern), borderColor: ground, hoverBorderColor: text });
      } else {
        Object.assign(set, { borderColor: color, backgroundColor: color, borderDash: dash, pointStyle: point });
      }
    });
    for (const axis of Object.values(config.options.scales)) {
      axis.ticks.color = axis.title.color = text;
      axis.grid.color = axis.border.color = grid;
    }
    Object.assign(config.options.plugins.tooltip, { backgroundColor: ground, titleColor: text, bodyColor: text, borderColor: text });
  };

  const number = (data, value) => (value === null ? texts.chartGap : data.percent ? share.format(value / 100) : plain.format(value));
  const address = (data, series, place) => data.series[series].urls[place] || data.series[series].url;

  const options = (data, open) => ({
    responsive: true,
    maintainAspectRatio: false,
    animation: false,
    interaction: { mode: "index", intersect: false },
    onClick: (event, _, chart) => {
      const [hit] = chart.getElementsAtEventForMode(event, "nearest", { intersect: data.kind === "bars" }, false);
      if (hit) open(hit.datasetIndex, hit.index);
    },
    onHover: (event, _, chart) => {
      const [hit] = chart.getElementsAtEventForMode(event, "nearest", { intersect: data.kind === "bars" }, false);
      chart.canvas.style.cursor = hit && address(data, hit.datasetIndex, hit.index) ? "pointer" : "";
    },
    scales: {
      x: {
        stacked: true,
        grid: { display: false },
        border: {},
        title: { display: false },
        ticks: { maxRotation: 0, autoSkipPadding: 20, callback: (_, place) => shortDay.format(new Date(data.days[place])) },
      },
      y: {
        stacked: data.kind === "bars",
        beginAtZero: true,
        max: data.percent ? 100 : undefined,
        suggestedMax: data.percent ? undefined : 5,
        grid: {},
        border: {},
        title: { display: true, text: data.unit },
        ticks: { precision: 0, maxTicksLimit: 6, callback: (value) => number(data, value) },
      },
    },
    plugins: {
      colors: { enabled: false },
      legend: { display: false },
      tooltip: {
        borderWidth: 1,
        usePointStyle: data.kind === "lines",
        callbacks: {
          title: ([first]) => data.titles[first.dataIndex],
          label: (item) => `${item.dataset.label}: ${number(data, item.raw)}`,
        },
      },
    },
  });

  // Arrow keys move between days and series, Enter opens the list; what is reached is shown and read aloud.
  const steer = (figure, chart, data, open) => {
    const spoken = figure.querySelector("[role=status]");
    const last = data.days.length - 1;
    const at = { place: last, series: 0 };
    const show = () => {
      const all = data.series.map((_, series) => ({ datasetIndex: series, index: at.place })).filter((each) => data.series[each.datasetIndex].values[at.place] !== null);
      const bar = chart.getDatasetMeta(at.series).data[at.place];
      chart.setActiveElements(all.filter((each) => each.datasetIndex === at.series));
      chart.tooltip.setActiveElements(all, { x: bar.x, y: bar.y });
      chart.update("none");
      const values = { day: data.titles[at.place], name: data.series[at.series].label, number: number(data, data.series[at.series].values[at.place]) };
      spoken.textContent = texts.chartValue.replace(/%\((\w+)\)s/g, (_, name) => values[name]);
    };
    const hide = () => {
      chart.setActiveElements([]);
      chart.tooltip.setActiveElements([], { x: 0, y: 0 });
      chart.update("none");
    };
    const moves = {
      ArrowLeft: () => { at.place = Math.max(0, at.place - 1); },
      ArrowRight: () => { at.place = Math.min(last, at.place + 1); },
      ArrowUp: () => { at.series = Math.min(data.series.length - 1, at.series + 1); },
      ArrowDown: () => { at.series = Math.max(0, at.series - 1); },
      Home: () => { at.place = 0; },
      End: () => { at.place = last; },
    };
    chart.canvas.addEventListener("focus", () => { if (chart.canvas.matches(":focus-visible")) show(); });
    chart.canvas.addEventListener("blur", hide);
    chart.canvas.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Enter") open(at.series, at.place);
      else if (moves[event.key]) { moves[event.key](); show(); }
      else return;
      event.preventDefault();
    });
  };

  // Of a long line some points are marked, so that lines differ by shape, and every point without a neighbor, which has no line.
  const marked = ({ dataIndex, dataset }) => {
    const { data } = dataset;
    const alone = (data[dataIndex - 1] ?? null) === null && (data[dataIndex + 1] ?? null) === null;
    return alone || data.length <= 31 || dataIndex % 15 === 7 || dataIndex === data.length - 1 ? 4 : 0;
  };

  const draw = (figure) => {
    const source = document.getElementById(figure.dataset.chart);
    if (!source || drawn.has(figure)) return;
    const data = JSON.parse(source.textContent);
    const open = (series, place) => {
      const url = address(data, series, place);
      if (url && data.series[series].values[place] !== null) location.assign(url);
    };
    const bars = data.kind === "bars";
    const style = bars
      ? { borderWidth: ({ chart: { width } }) => (width / data.days.length > 20 ? 1 : { right: Number(width / data.days.length > 4) }), hoverBorderWidth: 2, maxBarThickness: 48, categoryPercentage: 0.96, barPercentage: 0.96 }
      : { borderWidth: 2, pointRadius: marked, pointHoverRadius: 6 };
    const config = {
      type: bars ? "bar" : "line",
      data: { labels: data.days, datasets: data.series.map(({ label, values }) => ({ label, data: values, ...style })) },
      options: options(data, open),
    };
    paint(figure, config);
    const chart = new Chart(figure.querySelector("canvas"), config);
    drawn.set(figure, chart);
    steer(figure, chart, data, open);
  };

  const drawAll = () => {
    for (const [figure, chart] of drawn) {
      if (figure.isConnected) continue;
      chart.destroy();
      drawn.delete(figure);
    }
    document.querySelectorAll("figure[data-chart]").forEach(draw);
  };
  const repaint = () => drawn.forEach((chart, figure) => { paint(figure, chart.config); chart.update("none"); });

  new MutationObserver(repaint).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
  // Paper is light: the style sheet for print cannot reach what is drawn already.
  addEventListener("beforeprint", () => { document.documentElement.dataset.paper = ""; repaint(); });
  addEventListener("afterprint", () => { delete document.documentElement.dataset.paper; repaint(); });
  document.addEventListener("htmx:afterSettle", drawAll);
  drawAll();
})();
