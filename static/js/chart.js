// Draws Plotly figures that the page carries as JSON; the library is fetched only where a chart is.

let library = null;

/** While it loads, Plotly puts the style sheet of its street maps into the head, which the policy blocks and no chart needs. */
function leaveOutStyles(head) {
  head.appendChild = (node) => (node instanceof HTMLStyleElement ? node : Node.prototype.appendChild.call(head, node));
  return () => delete head.appendChild;
}

function load() {
  library ??= new Promise((resolve, reject) => {
    const restore = leaveOutStyles(document.head);
    const script = document.createElement("script");
    script.src = document.querySelector("meta[name=plotly]").content;
    script.onload = () => { restore(); resolve(window.Plotly); };
    script.onerror = reject;
    document.head.append(script);
  });
  return library;
}

const config = { displaylogo: false, responsive: true, plotlyServerURL: "", modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"], displayModeBar: false };

export async function draw(root) {
  const places = [...root.querySelectorAll("[data-chart]:not([data-drawn])")];
  if (!places.length) return;
  for (const place of places) place.dataset.drawn = "1";
  const plotly = await load();
  for (const place of places) {
    const figure = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    await plotly.newPlot(place, figure.data, figure.layout, { ...config, locale: "en-US" });
  }
}

document.addEventListener("cxmap:content", (event) => draw(event.detail));
draw(document);
