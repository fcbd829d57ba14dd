// The dark scheme: `node dark.mjs bundle/page.css attribute-colours...` appends to the style sheet the same rules
// in other colours, for who has asked their system for dark. Nothing is drawn twice by hand, so that no page is
// forgotten. A colour keeps its hue and gets the luminance that has against the dark ground the contrast it has
// against white. Two colours then have the contrast with each other that they have in the light.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const [file, ...attributes] = process.argv.slice(2);
const GROUND = 0.012; // luminance of the dark page: #1b1b1b
const NAMES = { white: "#fff", black: "#000", red: "#f00", gray: "#808080", grey: "#808080", silver: "#c0c0c0" };
const COLOUR = /(#|%23)([0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})\b|\brgba?\(([^)]*)\)|(?<![-\w#.'"])(white|black|red|gr[ae]y|silver)(?![-\w])/gi;
const ONLY_COLOUR = /^(border(-(top|right|bottom|left))?|outline|text-decoration|column-rule)$/;
// What bpmn.io's editors draw is turned as a picture, or stays light as a drawing board.
const NOT_OURS = /\.(djs|bjs|bio|cm|fjs|dmn|dms|dmn-js|bts|properties-panel)\b|\.(djs|bjs|bio|fjs|dmn)-|\.icon-|:host/; // and no page has an icon of the design system

const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
const encoded = (part) => (part <= 0.0031308 ? part * 12.92 : 1.055 * part ** (1 / 2.4) - 0.055);
const luminance = ([red, green, blue]) => 0.2126 * red + 0.7152 * green + 0.0722 * blue;

export function dark(parts) {
  const before = parts.map((part) => linear(part / 255));
  const is = luminance(before);
  const wanted = Math.min(((GROUND + 0.05) * 1.05) / (is + 0.05) - 0.05, 0.92);
  const after =
    wanted > is
      ? before.map((part) => part + ((1 - part) * (wanted - is)) / (1 - is))
      : before.map((part) => (part * wanted) / (is || 1));
  return after.map((part) => Math.round(Math.min(Math.max(encoded(part), 0), 1) * 255));
}

function turned(text) {
  return text.replace(COLOUR, (whole, mark, hex, numbers, name) => {
    if (name) return turned(NAMES[name.toLowerCase()]);
    if (hex) {
      const long = hex.length < 5 ? [...hex].map((each) => each + each).join("") : hex;
      const parts = [0, 2, 4].map((at) => parseInt(long.slice(at, at + 2), 16));
      return mark + dark(parts).map((part) => part.toString(16).padStart(2, "0")).join("") + long.slice(6);
    }
    const [red, green, blue, alpha] = numbers.split(/[\s,/]+/).filter(Boolean);
    if ([red, green, blue].some((each) => !/^\d+$/.test(each))) return whole;
    const parts = dark([red, green, blue].map(Number));
    return `rgb(${parts.join(" ")}${alpha === undefined ? "" : ` / ${alpha}`})`;
  });
}

// A drawing of the design system: what names no colour is drawn in black, and would not be seen.
function icon(url) {
  const path = join(dirname(file), url.replace(/^url\(["']?|["']?\)$/g, ""));
  if (!/\.svg$/.test(path) || !existsSync(path)) return turned(url);
  const drawing = turned(readFileSync(path, "utf8")).replace("<svg", `<svg fill="${turned("#000")}"`);
  return `url("data:image/svg+xml,${encodeURIComponent(drawing)}")`;
}

// The declarations of a rule that name a colour, each as narrow as it can be: widths and sides stay as they are.
function declarations(body) {
  const found = [];
  for (const each of split(body, ";")) {
    const at = each.indexOf(":");
    const name = each.slice(0, at).trim();
    const value = each.slice(at + 1).trim();
    const isImportant = value.includes("!important") ? " !important" : "";
    const drawing = value.match(/url\((?:"[^"]*\.svg"|'[^']*\.svg'|[^)"']*\.svg)\)/);
    if (drawing && /^background(-image)?$/.test(name)) found.push(`background-image:${icon(drawing[0])}${isImportant}`);
    const colours = value.match(COLOUR);
    if (at < 0 || !colours || (drawing && name.startsWith("background"))) continue;
    if (ONLY_COLOUR.test(name)) found.push(`${name}-color:${turned(colours[0])}${isImportant}`);
    else if (name !== "background") found.push(`${name}:${turned(value)}`);
    else if (value.includes("url(")) found.push(`background-image:${turned(value.match(/url\((?:"[^"]*"|'[^']*'|[^)]*)\)/)[0])}${isImportant}`);
    else if (value.includes("gradient")) found.push(`background-image:${turned(value)}`);
    else found.push(`background-color:${turned(colours[0])}${isImportant}`);
  }
  return found.join(";");
}

// Parts between separators that lie in no string and no brackets.
function split(text, separator) {
  const parts = [];
  let from = 0;
  let quote = "";
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (quote) {
      if (sign === "\\") at++;
      else if (sign === quote) quote = "";
    } else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === "(") depth++;
    else if (sign === ")") depth--;
    else if (sign === separator && depth === 0) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

// Rules of a style sheet as [prelude, body]; a body may hold rules itself.
function* rules(text) {
  let from = 0;
  let open = -1;
  let depth = 0;
  let quote = "";
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (quote) {
      if (sign === "\\") at++;
      else if (sign === quote) quote = "";
    } else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === "{" && depth++ === 0) open = at;
    else if (sign === "}" && --depth === 0) {
      yield [text.slice(from, open).trim(), text.slice(open + 1, at)];
      from = at + 1;
    } else if (sign === ";" && depth === 0) from = at + 1;
  }
}

function sheet(text) {
  let made = "";
  for (const [prelude, body] of rules(text)) {
    if (/^@(media|supports|layer)/.test(prelude)) {
      if (/print|prefers-color-scheme/.test(prelude)) continue;
      const inside = sheet(body);
      if (inside) made += `${prelude}{${inside}}`;
    } else if (!prelude.startsWith("@")) {
      const selectors = split(prelude, ",").filter((each) => !NOT_OURS.test(each));
      const said = selectors.length ? declarations(body) : "";
      if (said) made += `${selectors.join(",")}{${said}}`;
    }
  }
  return made;
}

const text = readFileSync(file, "utf8").replace(/\/\*[^]*?\*\//g, "");
let made = `:root{color-scheme:dark}body{background-color:${turned("#fff")};color:${turned("#1a1a1a")}}`;
made += sheet(text);
// Colours that drawings of the server say in attributes.
for (const colour of attributes) for (const name of ["fill", "stroke"]) made += `[${name}="${colour}"]{${name}:${turned(colour)}}`;
// The drawing boards of the studio stay light.
made += ".fc-canvas,.fc-panel{color-scheme:light;background-color:#fff;color:#1a1a1a}";
appendFileSync(file, `@media screen and (prefers-color-scheme:dark){${made}}\n`);
