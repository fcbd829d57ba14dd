// The findings in the drawing itself: a button beside each element, with their number.
import { say } from './words.js';

const TYPE = 'flowcase-finding';

export function markFindings(findings, overlays, registry, focus) {
  overlays.remove({ type: TYPE });
  const byElement = new Map();
  findings.forEach((finding, number) => {
    const element = finding.element && registry.get(finding.element);
    if (!element || !element.parent) return; // the process as a whole, or something that is not drawn
    byElement.set(finding.element, [...(byElement.get(finding.element) ?? []), { ...finding, number }]);
  });
  byElement.forEach((those, element) => {
    overlays.add(element, TYPE, {
      position: { top: -11, left: -11 },
      scale: { min: 0.65, max: 1.2 }, // to be hit however small the drawing is
      html: mark(those, focus),
    });
  });
}

function mark(findings, focus) {
  const isError = findings.some((each) => each.severity === 'error');
  const button = document.createElement('button');
  button.type = 'button';
  button.className = `fc-mark fc-${isError ? 'error' : 'warning'}`;
  button.textContent = String(findings.length);
  button.title = findings.map((each) => [each.title, each.words].filter(Boolean).join(' ')).join('\n');
  button.setAttribute(
    'aria-label',
    `${say(isError ? 'error' : 'warning')} ${say('at')} ${findings[0].element_name || findings[0].element}: ${findings.length}`,
  );
  button.addEventListener('click', (event) => {
    event.stopPropagation();
    focus(findings[0].number);
  });
  return button;
}
