// News from the server: one stream a page (/events), and asking again and again where streams do not come through.

const HELLO_SECONDS = 8; // a stream that has said nothing by then is held back on its way
const ASK_SECONDS = 5;
const BACK_SECONDS = [1, 2, 5, 10, 20];
const STREAM_AGAIN_SECONDS = 120; // after asking for a while, the stream gets another chance

/** Follow a channel.

`token` opens it; `renew` is the address that gives another one. `on` maps names of events to what is done with their
data; `on.ask()` is called after every connection, and every few seconds without one: it asks the server what is new.
`onState` hears "live", "polling" or "off" (the token is refused: signed out, or no member any more).
Returns { page, say(place), close() }. */
export function connect({ token, renew, on = {}, onState = () => {} }) {
  const page = [...crypto.getRandomValues(new Uint8Array(10))].map((byte) => byte.toString(36).padStart(2, "0")).join("");
  let source = null;
  let state = "";
  let asking = null;
  let timer = null;
  let failures = 0;
  let place = {};
  let closed = false;

  const become = (name) => {
    if (name === "polling") asking ??= window.setInterval(() => on.ask?.(), ASK_SECONDS * 1000);
    else { window.clearInterval(asking); asking = null; }
    if (state !== name) { state = name; onState(name); }
  };

  const later = (seconds) => { window.clearTimeout(timer); timer = window.setTimeout(open, seconds * 1000); };

  /** Get another token; false when the server gives none for good. */
  async function renewed() {
    try {
      const response = await fetch(renew, { headers: { "X-Requested-With": "fetch" } });
      if (response.status >= 500) return true;
      if (!response.ok || response.redirected) return false;
      token = (await response.json()).token;
    } catch { /* no connection: the old token is tried again */ }
    return true;
  }

  function drop() {
    if (!source) return;
    source.close();
    source = null;
  }

  async function failed() {
    drop();
    if (closed) return;
    become("polling");
    failures += 1;
    if (failures > 1 && !(await renewed())) { window.clearTimeout(timer); become("off"); return; }
    if (closed) return;
    later(failures > BACK_SECONDS.length ? STREAM_AGAIN_SECONDS : BACK_SECONDS[failures - 1]);
  }

  function open() {
    drop();
    if (closed) return;
    const stream = new EventSource(`/events?${new URLSearchParams({ token, page })}`);
    source = stream;
    const patience = window.setTimeout(() => { if (source === stream) failed(); }, HELLO_SECONDS * 1000);
    const hear = (name, then) => stream.addEventListener(name, (event) => { if (source === stream) then(JSON.parse(event.data)); });
    hear("hello", (data) => {
      window.clearTimeout(patience);
      failures = 0;
      become("live");
      on.hello?.(data);
      if (Object.keys(place).length) say(place);
      on.ask?.();
    });
    hear("renew", async () => { drop(); if (await renewed()) later(0); else become("off"); });
    hear("lost", () => become("polling"));
    hear("again", () => { become("live"); say(place); on.ask?.(); });
    for (const [name, then] of Object.entries(on)) if (!["hello", "ask"].includes(name)) hear(name, then);
    stream.onerror = () => { window.clearTimeout(patience); if (source === stream) failed(); };
  }

  /** Tell the others where this person is. */
  function say(what) {
    place = what;
    if (state !== "live") return;
    fetch("/events", { method: "POST", body: JSON.stringify({ token, page, place }), headers: { "Content-Type": "application/json" } }).catch(() => {});
  }

  window.addEventListener("online", () => { if (state === "polling") { failures = 0; later(0); } });
  window.addEventListener("pagehide", () => { closed = true; drop(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) { closed = false; open(); } });
  open();
  return { page, say, close: () => { closed = true; window.clearTimeout(timer); become("off"); drop(); } };
}
