// A section's buttons in the panel say of which section they are: the package calls each of them the same.
const HEADER = '.bio-properties-panel-group-header';

export function nameSections(panel) {
  const name = () =>
    panel.querySelectorAll(`${HEADER} button`).forEach((button) => {
      const heading = button.closest(HEADER).querySelector(`${HEADER}-title`)?.textContent.trim();
      const own = button.title || button.textContent.trim();
      const label = [heading, own].filter(Boolean).join(': ');
      if (heading && own && button.getAttribute('aria-label') !== label) button.setAttribute('aria-label', label);
    });
  new MutationObserver(name).observe(panel, { subtree: true, childList: true, characterData: true, attributeFilter: ['title'] });
  name();
}
