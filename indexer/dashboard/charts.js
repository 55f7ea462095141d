// Charts as SVG with a text that says the same, so that nothing is only a picture.

const SPACE = "http://www.w3.org/2000/svg";
function svg(name, attributes, ...children) {
  const node = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

// Bars, left to right. `points`: [label, value, what the value says in words].
export function bars(title, points) {
  const [width, height, bottom] = [640, 180, 22];
  const most = Math.max(...points.map(([, value]) => value), 1e-9);
  const step = width / Math.max(points.length, 1);
  const chart = svg("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${title}: ${points.map(([label, , words]) => `${label}: ${words}`).join("; ")}` });
  chart.append(svg("line", { class: "axis", x1: 0, x2: width, y1: height - bottom, y2: height - bottom }));
  const every = Math.ceil(points.length / 12);
  points.forEach(([label, value, words], at) => {
    const tall = Math.max((height - bottom - 10) * (value / most), value > 0 ? 2 : 0);
    const gap = Math.min(step * 0.25, 12);
    const shown = Math.min(step - gap, 64);
    const x = at * step + (step - shown) / 2;
    chart.append(svg("rect", { class: "bar", x, y: height - bottom - tall, width: shown, height: tall, rx: 3 }, svg("title", {}, `${label}: ${words}`)));
    if (at % every === 0) chart.append(svg("text", { x: at * step + step / 2, y: height - 6, "text-anchor": "middle" }, label));
  });
  return chart;
}
