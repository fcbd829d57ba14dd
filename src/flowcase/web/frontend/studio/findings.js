// The list of findings: each leads to its element, or to its line of the text, and to its rule's page.
import { say } from './words.js';

const list = document.getElementById('liste');
const count = document.getElementById('antal');
const none = document.getElementById('ingen');

export function showFindings(findings, goTo) {
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  list.replaceChildren(...findings.map((finding, number) => item(finding, number, goTo)));
  const errors = findings.filter((each) => each.severity === 'error').length;
  const warnings = findings.length - errors;
  const counts = `(${counted(errors, 'oneError', 'errors')}, ${counted(warnings, 'oneWarning', 'warnings')})`;
  if (count.textContent !== counts) count.textContent = counts; // said when it changes
  none.hidden = findings.length > 0;
  if (focused) list.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

function counted(number, one, many) {
  return number === 1 ? say(one) : `${number} ${say(many)}`;
}

export function focusFinding(number) {
  list.querySelectorAll('button')[number]?.focus();
}

function item(finding, number, goTo) {
  const entry = document.createElement('li');
  entry.className = `fc-finding fc-${finding.severity}`;
  const kind = document.createElement('strong');
  kind.textContent = say(finding.severity);
  const place = document.createElement('button');
  place.type = 'button';
  place.dataset.key = `${finding.rule}|${finding.element}|${finding.message}`;
  place.dataset.number = number;
  place.textContent = placeOf(finding);
  place.addEventListener('click', () => goTo(finding));
  const title = document.createElement('span');
  title.textContent = finding.title ? `${finding.title} ` : '';
  const words = document.createElement('span');
  words.lang = finding.language;
  if (finding.title) words.className = 'fc-detail';
  words.textContent = finding.words;
  const rule = document.createElement('a');
  rule.href = finding.page;
  rule.target = '_blank';
  rule.dataset.key = `${place.dataset.key}|${finding.rule}`;
  rule.textContent = finding.rule;
  rule.setAttribute('aria-label', `${say('rule')} ${finding.rule}`);
  entry.append(kind, ' ', place, ' ', title, words, ' ', rule);
  return entry;
}

function placeOf(finding) {
  const line = finding.line ? `${say('line')} ${finding.line}` : '';
  return [finding.element_name || finding.element, line].filter(Boolean).join(', ') || '–';
}
