// A link to something in a folded section unfolds it.
function unfold() {
  const id = decodeURIComponent(location.hash.slice(1));
  const target = id && document.getElementById(id);
  if (!target) return;
  let fold = target.closest("details");
  while (fold) {
    fold.open = true;
    fold = fold.parentElement?.closest("details");
  }
  target.scrollIntoView();
}

// A wide picture of a diagram begins where the flow is now.
function showHere(root) {
  for (const picture of root.querySelectorAll(".fc-picture")) {
    const here = picture.querySelector(".fc-p-here");
    if (!here) continue;
    const place = here.getBoundingClientRect();
    const frame = picture.getBoundingClientRect();
    picture.scrollLeft += place.left - frame.left - (frame.width - place.width) / 2;
    picture.scrollTop += place.top - frame.top - (frame.height - place.height) / 2;
  }
}

export function folding() {
  document.addEventListener("toggle", (event) => event.target.open && showHere(event.target), true);
  document.addEventListener("htmx:after:swap", () => showHere(document));
  addEventListener("hashchange", unfold);
  if (location.hash) unfold();
}
