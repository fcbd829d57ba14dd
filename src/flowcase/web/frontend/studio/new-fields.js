// A field that is put in begins with a Danish name where form-js would write the English name of its kind.
const CHOICE = { Value: 'Svar' };
const TEXT = { '# Text': '# Tekst' };
const DAY = { Date: 'Dato' };

// Where a word may be broken is a matter of the button that it stands on, not of what is kept or looked for.
export const unbroken = (words) => words.replaceAll('\u00ad', '');

// The kinds of fields, whose names the palette shows and searches in.
export function kindsInDanish(danish) {
  function Kinds(formFields) {
    for (const { config } of Object.values(formFields._formFields))
      if (Object.hasOwn(danish, config.name)) config.name = unbroken(danish[config.name]);
  }
  Kinds.$inject = ['formFields'];
  return { __init__: ['danishKinds'], danishKinds: ['type', Kinds] };
}

export function nameInDanish(fieldFactory, danish) {
  const create = fieldFactory.create.bind(fieldFactory);
  fieldFactory.create = (attributes, isNew = true) => {
    const field = create(attributes, isNew);
    return isNew ? named(field, attributes, danish) : field;
  };
}

// Only what the package wrote by itself; a copy keeps what its field has.
function named(field, given, danish) {
  const said = (name, words) => {
    if (given[name] === undefined && Object.hasOwn(words, field[name])) field[name] = unbroken(words[field[name]]);
  };
  said('label', danish);
  said('text', TEXT);
  said('dateLabel', DAY);
  if (given.values === undefined) rename(field.values, CHOICE);
  return field;
}

function rename(parts, words) {
  parts?.forEach((part) => Object.hasOwn(words, part.label) && (part.label = words[part.label]));
}
