// What the packages cannot read of a file and leave out of what they write: content that their schema does not have,
// such as an extension element of a later Camunda. Each once, with its line.
import { say } from './words.js';

export function leftOut({ warnings }) {
  const found = warnings.map(({ message }) => /^unparsable content <([^>]+)> detected\s+line: (\d+)/.exec(message)).filter(Boolean);
  return [...new Set(found.map(([, name, line]) => `»${name}« (${say('line')} ${Number(line) + 1})`))];
}
