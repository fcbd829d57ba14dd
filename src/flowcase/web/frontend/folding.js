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

// What a picture of a diagram is about: where the flow is now, or what has changed.
const ABOUT = [".fc-p-stuck", ".fc-p-here", ".fc-p-node:is(.fc-p-added, .fc-p-removed, .fc-p-changed)", ".fc-p-added, .fc-p-changed"];

// A picture in full size begins there; beside another that has nothing to show, both show the same place.
function showHere(root) {
  const shown = [...root.querySelectorAll(".fc-picture")].filter(scrollToWhatItIsAbout);
  for (const pair of root.querySelectorAll(".fc-beside")) {
    const pictures = [...pair.querySelectorAll(".fc-picture")];
    const leading = pictures.find((each) => shown.includes(each));
    for (const other of leading ? pictures.filter((each) => !shown.includes(each)) : []) {
      other.scrollTo(leading.scrollLeft, leading.scrollTop);
    }
  }
}

function scrollToWhatItIsAbout(picture) {
  const here = ABOUT.map((each) => picture.querySelector(each)).find(Boolean);
  if (here) {
    const place = here.getBoundingClientRect();
    const frame = picture.getBoundingClientRect();
    picture.scrollLeft += place.left - frame.left - (frame.width - place.width) / 2;
    picture.scrollTop += place.top - frame.top - (frame.height - place.height) / 2;
  }
  return Boolean(here);
}

// On a phone, what narrows a list stands folded above it, so that the list is seen at once.
function foldOnAPhone() {
  if (!matchMedia("(max-width: 767px)").matches) return;
  for (const each of document.querySelectorAll("details[data-folded-on-a-phone]")) each.open = false;
}

export function folding() {
  foldOnAPhone();
  document.addEventListener("toggle", (event) => event.target.open && showHere(event.target), true);
  document.addEventListener("htmx:after:swap", () => showHere(document));
  // What is compared is seen in one size.
  document.addEventListener("change", ({ target }) => {
    if (!("zoom" in target.dataset)) return;
    const pair = target.closest(".fc-beside");
    pair?.querySelectorAll("[data-zoom]").forEach((each) => (each.checked = target.checked));
    showHere(pair?.parentElement ?? document);
  });
  addEventListener("hashchange", unfold);
  showHere(document);
  if (location.hash) unfold();
}
