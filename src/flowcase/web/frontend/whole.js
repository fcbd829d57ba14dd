// What is chosen in a list that is too narrow for its words stands whole beneath it, as on a phone.
// A screen reader says the choice from the list itself.
let pen = null;

function isCutOff(select) {
  const look = getComputedStyle(select);
  pen ??= document.createElement("canvas").getContext("2d");
  pen.font = look.font;
  const room = select.clientWidth - parseFloat(look.paddingLeft) - parseFloat(look.paddingRight);
  return pen.measureText(select.selectedOptions[0]?.textContent ?? "").width > room;
}

function tell(select) {
  let told = select.nextElementSibling;
  if (!told?.matches(".fc-chosen-whole")) {
    if (!isCutOff(select)) return;
    told = document.createElement("span");
    told.className = "fc-chosen-whole";
    told.setAttribute("aria-hidden", "true");
    select.after(told);
  }
  told.textContent = isCutOff(select) ? `= ${select.selectedOptions[0].textContent.trim()}` : "";
}

export function whole() {
  const tellAll = () => document.querySelectorAll("select.fc-roomy").forEach(tell);
  tellAll();
  document.fonts.ready.then(tellAll);
  document.addEventListener("htmx:after:swap", tellAll);
  addEventListener("resize", tellAll);
  document.addEventListener("change", (event) => event.target.matches("select.fc-roomy") && tell(event.target));
}
