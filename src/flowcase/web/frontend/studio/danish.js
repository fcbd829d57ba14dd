// Danish for bpmn-js and dmn-js, which come without it. What is missing here stays English.
import bpmn from './danish-bpmn.json';
import dmn from './danish-dmn.json';

export function translation(language) {
  if (language !== 'da') return [];
  const catalogue = { ...dmn, ...bpmn };
  return [{ translate: ['value', (text, values) => fill(catalogue[text] ?? text, values)] }];
}

function fill(text, values = {}) {
  return text.replace(/{([^}]+)}/g, (whole, name) => values[name] ?? whole);
}
