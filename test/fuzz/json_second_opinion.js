// Reads cases of json_differential.sql (fuzz.opinion_case), one JSON object a
// line, and applies each patch with fast-json-patch.  Prints what happened; exit status 1 when
// an answer differs from ours and is not explained.
//
// Numbers are doubles here, so they are compared as such.

const readline = require('readline');
const { isDeepStrictEqual } = require('util');
const { applyPatch } = require('fast-json-patch');

const counts = {};
const note = (kind) => { counts[kind] = (counts[kind] || 0) + 1; };
let disagreements = 0;

// fast-json-patch applies much that RFC 6902 refuses: pointers with a bad
// escape, copies beyond the end of an array, moves of what is not there to the
// root.  python3-jsonpatch has agreed with us about those, so what counts here
// are the patches that apply.
function explanation(c, failed) {
  if (c.state !== null && failed === null)
    return 'applies what we and python3-jsonpatch refuse';
  // it looks for the path of a move before the value is taken away
  if (String(failed).includes('OPERATION_PATH_') &&
      c.patch.some((op) => op.op === 'move' && /\/\d+$/.test(op.from)))
    return 'checks the path of a move too early';
  return null;
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const c = JSON.parse(line);
    let theirs, failed = null;
    try {
      theirs = applyPatch(structuredClone(c.document), structuredClone(c.patch), true, true).newDocument;
    } catch (e) {
      failed = e.name + ': ' + String(e.message).split('\n')[0];
    }
    if ((failed !== null) === (c.state !== null) &&
        (failed !== null || isDeepStrictEqual(theirs, c.result))) {
      note(failed !== null ? 'both fail' : 'both apply');
      continue;
    }
    const why = explanation(c, failed);
    if (why) {
      note('explained: it ' + why);
      continue;
    }
    note('DISAGREEMENT');
    if (disagreements++ < 20)
      console.log('DISAGREEMENT ' + JSON.stringify({ failed, theirs, ...c }));
  }
  for (const kind of Object.keys(counts).sort())
    console.log(kind + ' | ' + counts[kind]);
  process.exit(disagreements > 0 ? 1 : 0);
}

main();
