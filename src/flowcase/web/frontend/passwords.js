// What was typed in a password field can be looked at, and is hidden again when it is sent.
export function passwords() {
  for (const field of document.querySelectorAll("input[data-show]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-secondary fc-small";
    button.textContent = field.dataset.show;
    button.setAttribute("aria-controls", field.id);
    const show = (isShown) => {
      field.type = isShown ? "text" : "password";
      button.setAttribute("aria-pressed", String(isShown));
    };
    show(false);
    button.addEventListener("click", () => show(field.type === "password"));
    field.form.addEventListener("submit", () => show(false));
    field.after(button);
  }
}

const PAUSE = 500; // milliseconds without a key, after which what was typed is judged

// How strong a password is, in a bar and in words, as the server judges it; without an answer there is none.
export function strength() {
  for (const place of document.querySelectorAll("[data-strength]")) {
    const field = document.getElementById(place.dataset.of);
    let timer;
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => judge(place, field), PAUSE);
    });
  }
}

async function judge(place, field) {
  const typed = field.value;
  const body = new URLSearchParams({ ny: typed, csrf_token: field.form.elements.csrf_token.value });
  const answer = typed ? await fetch(place.dataset.strength, { method: "POST", body }).catch(() => null) : null;
  const found = answer?.ok ? await answer.json().catch(() => null) : null;
  if (field.value !== typed) return; // what was typed meanwhile is judged next
  place.hidden = !found;
  if (!found) return;
  place.querySelector("meter").value = found.level;
  place.querySelector("[role=status]").textContent = found.said;
}
