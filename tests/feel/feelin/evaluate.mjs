// Evaluates FEEL line by line: reads {"text", "unary"?, "variables"?} from standard input, prints {"value"} or
// {"error"}, one JSON object a line. Values that JSON lacks are tagged: {"@date": "2026-03-02"}.

import { createInterface } from 'node:readline';

import {
  evaluate, unaryTest, isFunction, isRange, FeelDate, FeelTime, FeelDateTime, FeelDuration, toFeel
} from 'feelin';

function plain(value) {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : { '@odd': String(value) };
  if (typeof value === 'boolean' || typeof value === 'string') return value;
  if (value instanceof FeelDate) return { '@date': String(value) };
  if (value instanceof FeelTime) return { '@time': String(value) };
  if (value instanceof FeelDateTime) return { '@date and time': String(value) };
  if (value instanceof FeelDuration) return { '@duration': String(value) };
  if (isRange(value)) {
    return { '@range': [
      plain(value.start), plain(value.end), Boolean(value['start included']), Boolean(value['end included'])
    ] };
  }
  if (isFunction(value) || typeof value === 'function') return { '@function': '' };
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([ key, entry ]) => [ key, plain(entry) ]));
}

for await (const line of createInterface({ input: process.stdin })) {
  const { text, unary, variables = {} } = JSON.parse(line);
  let answer;
  try {
    answer = { value: plain((unary ? unaryTest : evaluate)(text, variables).value) };
  } catch (error) {
    answer = { error: String(error.message ?? error).slice(0, 200) };
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
