// What a form says while somebody types: dates read back in words, CPR numbers warned of, and what was
// typed saved as a draft. Without JavaScript the server says the same when the form is sent.
const CPR = /(?<![\d-])(\d{2})(\d{2})(\d{2})([- ]?)(\d{4})(?![\d-])/g;
const WEIGHTS = [4, 3, 2, 7, 6, 5, 4, 3, 2, 1];

function exists(day, month, year) {
  return [1900, 2000].some((century) => {
    const date = new Date(Date.UTC(century + year, month - 1, day));
    return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  });
}

export function hasCprNumber(text) {
  return [...text.matchAll(CPR)].some(([, day, month, year, between, serial]) => {
    if (!exists(Number(day), Number(month), Number(year))) return false;
    const digits = [...day, ...month, ...year, ...serial];
    return between !== "" || digits.reduce((sum, digit, at) => sum + digit * WEIGHTS[at], 0) % 11 === 0;
  });
}

// --- CPR numbers in free text ---------------------------------------------------------------------

function warnOfCpr(field) {
  const id = `${field.id}-cpr`;
  const there = document.getElementById(id);
  if (!hasCprNumber(field.value)) {
    there?.remove();
    return;
  }
  if (there) return;
  const warning = document.createElement("p");
  warning.id = id;
  warning.className = "fc-warning";
  warning.setAttribute("role", "status");
  field.before(warning);
  warning.textContent = field.dataset.cprWords || document.getElementById("cpr-advarsel").textContent;
  const seen = field.form.elements.namedItem("_set"); // seen while it was typed: one press sends it
  if (!seen) return;
  seen.value = [...new Set([...seen.value.split(" ").filter(Boolean), field.name])].join(" ");
}

// --- dates ----------------------------------------------------------------------------------------

async function readBack(field) {
  const place = document.getElementById(`${field.id}-laest`);
  const typed = field.value;
  if (!place) return;
  if (!typed.trim()) {
    place.textContent = "";
    askWhich(field, place, {});
    return;
  }
  const asked = new URLSearchParams({ tekst: typed, slags: field.dataset.date });
  let found;
  try {
    const answer = await fetch(`/laes/dato?${asked}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    found = await answer.json();
  } catch {
    return; // The server reads it once more when the form is sent.
  }
  if (field.value !== typed) return;
  if (found.value) field.value = found.value;
  place.textContent = found.words ? `= ${found.words}` : found.problem || "";
  askWhich(field, place, found);
}

// The hour of autumn that exists twice: the same choice as the server asks for, at once.
function askWhich(field, place, { question, times = [] }) {
  const name = field.dataset.twoTimes;
  if (!name) return;
  const there = place.parentElement.querySelector(".fc-twice");
  const offered = [...(there?.querySelectorAll("input") ?? [])].map((each) => each.value);
  if (there && times.length && times.every(([value], at) => value === offered[at])) return;
  there?.remove();
  if (!times.length) return;
  const choice = document.createElement("fieldset");
  choice.className = "fc-twice";
  const legend = document.createElement("legend");
  legend.className = "form-label";
  legend.textContent = question;
  choice.append(legend);
  times.forEach(([value, words], at) => {
    const id = `${field.id}-tid-${at + 1}`;
    const row = document.createElement("div");
    row.className = "form-group-radio";
    const radio = document.createElement("input");
    Object.assign(radio, { type: "radio", className: "form-radio", id, name, value });
    const label = document.createElement("label");
    Object.assign(label, { className: "form-label", htmlFor: id, textContent: words });
    row.append(radio, label);
    choice.append(row);
  });
  place.after(choice);
}

function addCalendar(field) {
  const label = field.dataset.calendar;
  if (!label || field.nextElementSibling?.classList.contains("fc-calendar")) return;
  const box = document.createElement("span");
  box.className = "fc-calendar";
  const picker = document.createElement("input");
  picker.type = "date";
  picker.tabIndex = -1;
  picker.setAttribute("aria-hidden", "true");
  if (typeof picker.showPicker !== "function") return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-secondary fc-small";
  const [words] = label.split(":");
  button.textContent = words;
  button.setAttribute("aria-label", label);
  button.addEventListener("click", () => {
    const [day, month, year] = field.value.split(".");
    if (year) picker.value = `${year}-${month}-${day}`;
    picker.showPicker();
  });
  picker.addEventListener("change", () => {
    const [year, month, day] = picker.value.split("-");
    if (!year) return;
    field.value = `${day}.${month}.${year}`;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.focus();
  });
  box.append(picker, button);
  field.after(box);
}

// --- files ----------------------------------------------------------------------------------------

// A file that is too large is refused before it is sent; the server would refuse it all the same.
function refuseTooLarge(event) {
  const input = event.target;
  if (!input.matches("input[type=file][data-most]")) return;
  const id = `${input.id}-for-stor`;
  document.getElementById(id)?.remove();
  const most = Number(input.dataset.most) * 1024 * 1024;
  if (![...input.files].some((file) => file.size > most)) return;
  event.stopImmediatePropagation();
  input.value = "";
  const problem = document.createElement("span");
  problem.id = id;
  problem.className = "form-error-message";
  problem.setAttribute("role", "alert");
  input.before(problem);
  problem.textContent = input.dataset.tooLarge;
}

// --- everything -----------------------------------------------------------------------------------

function dressFields() {
  for (const field of document.querySelectorAll("[data-free-text]")) warnOfCpr(field);
  for (const field of document.querySelectorAll("[data-calendar]")) addCalendar(field);
}

export function typing() {
  dressFields();
  document.addEventListener("htmx:after:swap", dressFields); // the server's fields have neither of the two
  document.addEventListener("change", refuseTooLarge, true);
  // Fields come and go with htmx: what listens is the page.
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-free-text]")) warnOfCpr(event.target);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-date]")) readBack(event.target);
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches("[data-calendar]")) addCalendar(event.target);
  });
}
