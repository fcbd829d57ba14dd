// What the page asks the server for. A refusal is an Error with `status` and `body`.
export async function ask(action, body, begun) {
  const answer = await fetch(`/api/studio/${action}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-CSRFToken': begun.csrf },
    body: JSON.stringify({ file: begun.file, ...body }),
  });
  const isJson = (answer.headers.get('Content-Type') || '').includes('json');
  const given = isJson ? await answer.json() : {};
  if (answer.ok) return given;
  throw Object.assign(new Error(given.detail || answer.statusText), { status: answer.status, body: given });
}
