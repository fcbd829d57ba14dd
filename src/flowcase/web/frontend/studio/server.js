// What the page asks the server for. A refusal is an Error with `status` and `body`; without a status none came.
export async function ask(action, body, begun) {
  let answer = await send(action, body, begun);
  const isOver = answer.status === 400 || answer.status === 401;
  if (isOver && (await hasSignedInAgain(begun))) answer = await send(action, body, begun);
  const isJson = (answer.headers.get('Content-Type') || '').includes('json');
  const given = isJson ? await answer.json() : {};
  if (answer.ok) return given;
  throw refusal(answer.status, given, given.detail || answer.statusText);
}

const send = (action, body, begun) =>
  fetch(`/api/studio/${action}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-CSRFToken': begun.csrf },
    body: JSON.stringify({ file: begun.file, ...body }),
  });

// The page's token was of a session that has ended: in another window the same person may have begun a new one.
// What is drawn here is never kept as somebody else's.
async function hasSignedInAgain(begun) {
  const answer = await fetch(begun.session, { headers: { Accept: 'application/json' }, cache: 'no-store' });
  const said = answer.ok ? await answer.json() : {};
  if (!(said.seconds > 0) || said.csrf === begun.csrf) return false;
  if (said.whose !== begun.whose) throw refusal(403, { isAnother: true }, '');
  begun.csrf = said.csrf;
  return true;
}

const refusal = (status, body, words) => Object.assign(new Error(words), { status, body });
