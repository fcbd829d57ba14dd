// A form that makes something is sent once, however often one of its buttons is pressed meanwhile.
const LASTS = 5000; // milliseconds: whoever stopped the first answer can send it again

export function once() {
  const sent = new WeakMap(); // by button: another one of the form asks for something else
  const first = (event) => {
    if (!event.target.matches("form[data-once]")) return;
    const pressed = event.submitter ?? event.target;
    const now = performance.now();
    if (now - (sent.get(pressed) ?? -LASTS) < LASTS) event.preventDefault();
    else sent.set(pressed, now);
  };
  document.addEventListener("submit", first, true); // before whatever else listens
}
