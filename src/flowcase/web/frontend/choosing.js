// A long list of boxes to tick: what is typed above it narrows it, and what is ticked is told beneath that.
// Without a program the list stands there whole.
const typed = new Map();

function narrow(list) {
  const asked = list.querySelector("[type=search]").value.trim().toLowerCase();
  for (const each of list.querySelectorAll(".form-group-checkbox")) {
    const box = each.querySelector("input");
    each.hidden = !box.checked && !each.textContent.toLowerCase().includes(asked);
  }
}

function tellChosen(list) {
  const chosen = [...list.querySelectorAll("input:checked")].map((box) => box.labels[0].textContent.trim());
  const told = list.querySelector(".fc-chosen");
  const words = chosen.length ? `${told.dataset.chosen}: ${chosen.join(", ")}` : told.dataset.none;
  if (told.textContent !== words) told.textContent = words;
}

function dress(list) {
  list.classList.add("fc-boxed");
  const field = list.querySelector("[type=search]");
  field.value = typed.get(field.id) ?? "";
  narrow(list);
  tellChosen(list);
}

export function choosing() {
  const dressAll = () => document.querySelectorAll(".fc-long").forEach(dress);
  dressAll();
  document.addEventListener("htmx:after:swap", dressAll);
  // What is typed here is no answer: no draft is saved for it, and Enter sends nothing.
  const here = (event) => event.target.matches(".fc-long [type=search]") && event.target.closest(".fc-long");
  for (const kind of ["input", "change"]) {
    document.addEventListener(
      kind,
      (event) => {
        const list = here(event);
        if (!list) return;
        event.stopPropagation();
        typed.set(event.target.id, event.target.value);
        narrow(list);
      },
      true,
    );
  }
  document.addEventListener("keydown", (event) => event.key === "Enter" && here(event) && event.preventDefault());
  document.addEventListener("change", (event) => {
    const list = event.target.closest(".fc-long");
    if (list) tellChosen(list);
  });
}
