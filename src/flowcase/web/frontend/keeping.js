// What somebody answers while the server draws the form anew: the form that comes was asked for before, and
// does not know it. It is put back, as far as the field is still there.
const FIELDS = "#felter";

let since = null; // what was answered since the form was asked for last, by the field's id
let asked = 0; // requests for it under way: one that another replaces ends after that one has begun

function noted(field) {
  if (field.matches("select")) return [...field.selectedOptions].map((option) => option.value);
  return field.matches("[type=radio], [type=checkbox]") ? field.checked : field.value;
}

function putBack(field, was) {
  if (field.matches("select")) {
    const offered = [...field.options].map((option) => option.value);
    if (!was.every((value) => offered.includes(value))) return;
    for (const option of field.options) option.selected = was.includes(option.value);
  } else if (field.matches("[type=radio]")) {
    if (was) field.checked = true; // and with it the others of its group are not
  } else if (field.matches("[type=checkbox]")) {
    field.checked = was;
  } else {
    field.value = was;
  }
}

function note({ target }) {
  if (since && target.id && target.matches(`${FIELDS} :is(input, select, textarea):not([type=file])`))
    since.set(target.id, noted(target));
}

export function keeping() {
  document.addEventListener("input", note);
  document.addEventListener("change", note);
  document.addEventListener("htmx:before:request", ({ target }) => {
    if (!target.matches(FIELDS)) return;
    since = new Map();
    asked += 1;
  });
  document.addEventListener("htmx:after:swap", () => {
    for (const [id, was] of since ?? []) {
      const field = document.getElementById(id);
      if (field) putBack(field, was);
    }
  });
  document.addEventListener("htmx:finally:request", ({ target }) => {
    if (target.matches(FIELDS) && (asked -= 1) === 0) since = null;
  });
}
