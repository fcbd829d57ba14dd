// A form that makes something is sent once, however often its button is pressed meanwhile.
const LASTS = 5000; // milliseconds: whoever stopped the first answer can send it again

export function once() {
  const sent = new WeakMap();
  const first = (event) => {
    if (!event.target.matches("form[data-once]")) return;
    const now = performance.now();
    if (now - (sent.get(event.target) ?? -LASTS) < LASTS) event.preventDefault();
    else sent.set(event.target, now);
  };
  document.addEventListener("submit", first, true); // before whatever else listens
}
