// The editors for FEEL make their style sheets while they run; the page's policy takes those with its nonce.
const nonce = document.currentScript ? document.currentScript.nonce : '';
const create = Document.prototype.createElement;

document.createElement = function (name, ...rest) {
  const element = create.call(this, name, ...rest);
  if (String(name).toLowerCase() === 'style') element.setAttribute('nonce', nonce);
  return element;
};
