// The page's own words, in the language of the page: they stand in its template `ord`.
const words = {};
document
  .getElementById('ord')
  .content.querySelectorAll('[data-key]')
  .forEach((each) => (words[each.dataset.key] = each.textContent));

export function say(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}
