// A list in folded sections that a word narrows as it is typed. Without a program the form's button does it.
export function narrowing() {
  const form = document.querySelector("form[data-narrows]");
  if (!form) return;
  const field = form.querySelector("[type=search]");
  const told = document.getElementById("fundet");
  const sections = [...document.querySelectorAll("[data-narrowed]")];
  let openBefore = null; // the sections that were open before anything was typed

  const narrow = () => {
    const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (wanted.length) openBefore ??= sections.filter((each) => each.open);
    let count = 0;
    for (const row of document.querySelectorAll("[data-words]")) {
      row.hidden = !wanted.every((word) => row.dataset.words.includes(word));
    }
    for (const section of sections) {
      const found = section.querySelectorAll("[data-words]:not([hidden])").length;
      count += found;
      section.querySelector("[data-found]").textContent = found;
      section.hidden = !found;
      document.querySelector(`a[href="#${section.dataset.narrowed}"]`).parentElement.hidden = !found;
      section.open = wanted.length ? Boolean(found) : openBefore.includes(section);
    }
    if (!wanted.length) openBefore = null;
    told.textContent = wanted.length ? (told.dataset[{ 0: "none", 1: "one" }[count]] ?? told.dataset.many.replace("{number}", count)) : "";
  };

  if (field.value.trim()) openBefore = sections.filter((each) => each.matches("[data-open]"));
  field.addEventListener("input", () => (openBefore || field.value.trim()) && narrow());
}
