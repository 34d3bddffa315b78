-- Random documents and patches: json_patch_apply against python3-jsonpatch,
-- and round trips of the other functions.  Needs plpython3u and the Python
-- module jsonpatch.  Run by test/run.d/json_differential.

CREATE EXTENSION IF NOT EXISTS plpython3u;
CREATE SCHEMA IF NOT EXISTS fuzz;

-- Is jsonb written exactly as the server itself would write it?
CREATE OR REPLACE FUNCTION fuzz.canonical(document jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE AS $$
    SELECT ours OPERATOR(pg_catalog.*=) servers
      FROM (SELECT document) ours, (SELECT document::text::jsonb) servers;
$$;

-- All that is asked about one case.  broken lists what does not hold.
CREATE OR REPLACE FUNCTION fuzz.check_case(
    document jsonb, patch_text text, other jsonb, merge jsonb,
    OUT result jsonb, OUT state text, OUT detail text, OUT merged jsonb,
    OUT broken text, OUT diff_count int) LANGUAGE plpgsql
    SET search_path = image_catalog, public AS $$
DECLARE
    patch json_patch;
    inverse json_patch;
    diff json_patch;
    step jsonb;
BEGIN
    broken := '';
    BEGIN
        patch := patch_text;
        result := json_patch_apply(document, patch);
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE,
                                detail = PG_EXCEPTION_DETAIL;
    END;
    IF state IS NULL THEN
        IF NOT fuzz.canonical(result) THEN
            broken := broken || ' form-of-apply';
        END IF;
        inverse := json_patch_invert(document, patch);
        IF NOT fuzz.canonical(inverse) THEN
            broken := broken || ' form-of-invert';
        END IF;
        IF json_patch_apply(result, inverse) IS DISTINCT FROM document THEN
            broken := broken || ' invert';
        END IF;
        IF json_patch_apply(document, patch || inverse) IS DISTINCT FROM document THEN
            broken := broken || ' compose';
        END IF;
        SELECT json_patch_replay(document, p ORDER BY n) INTO step
          FROM jsonb_array_elements(patch) WITH ORDINALITY e(op, n),
               LATERAL (SELECT jsonb_build_array(op)::json_patch) o(p);
        IF step IS DISTINCT FROM result AND patch <> '[]' THEN
            broken := broken || ' replay';
        END IF;
        diff := json_patch_diff(document, result);
        IF json_patch_apply(document, diff) IS DISTINCT FROM result THEN
            broken := broken || ' diff-of-patched';
        END IF;
    ELSE
        -- the inverse must fail alike
        BEGIN
            inverse := json_patch_invert(document, patch_text::json_patch);
            broken := broken || ' invert-succeeded';
        EXCEPTION WHEN OTHERS THEN
            IF SQLSTATE <> state THEN
                broken := broken || ' invert-state-' || SQLSTATE;
            END IF;
        END;
    END IF;

    diff := json_patch_diff(document, other);
    diff_count := jsonb_array_length(diff);
    IF NOT fuzz.canonical(diff) THEN
        broken := broken || ' form-of-diff';
    END IF;
    IF json_patch_apply(document, diff) IS DISTINCT FROM other THEN
        broken := broken || ' diff';
    END IF;
    IF json_patch_apply(other, json_patch_invert(document, diff)) IS DISTINCT FROM document THEN
        broken := broken || ' invert-of-diff';
    END IF;
    IF json_patch_diff(document, document) <> '[]' THEN
        broken := broken || ' diff-of-same';
    END IF;

    merged := json_merge_patch(document, merge);
    IF NOT fuzz.canonical(merged) THEN
        broken := broken || ' form-of-merge';
    END IF;
    BEGIN
        IF json_merge_patch(document, json_merge_diff(document, merged)) IS DISTINCT FROM merged THEN
            broken := broken || ' merge-diff';
        END IF;
        IF json_merge_patch(document, json_merge_diff(document, other)) IS DISTINCT FROM other THEN
            broken := broken || ' merge-diff-other';
        END IF;
    EXCEPTION WHEN invalid_parameter_value THEN
        IF other::text !~ 'null' AND merged::text !~ 'null' THEN
            broken := broken || ' merge-diff-refused';
        END IF;
    END;
END
$$;

-- Cases for a second opinion (json_second_opinion.js): one JSON object each.
CREATE TABLE IF NOT EXISTS fuzz.opinion_case (line text);

-- Runs until rounds or seconds are used up.  Returns what happened; every
-- disagreement is one row of kind 'DISAGREEMENT'.  With keep the cases go
-- into fuzz.opinion_case.
CREATE OR REPLACE FUNCTION fuzz.differential(rounds bigint, seconds float8,
                                             seed bigint, keep boolean = false)
    RETURNS TABLE (kind text, count bigint, example text)
    LANGUAGE plpython3u AS $$
import copy, decimal, json, random, re, time
import jsonpatch

rng = random.Random(seed)
deadline = time.monotonic() + seconds

# The reference walks into strings as if they were arrays, and holds true for
# 1: scalars are wrapped, so that it sees what JSON knows about them.
class Scalar:
    __slots__ = ('text',)
    def __init__(self, text):
        self.text = text
    def __eq__(self, other):
        return type(self) is type(other) and self.value() == other.value()
    def __ne__(self, other):
        return not self == other
    def __deepcopy__(self, memo):
        return self
class Number(Scalar):
    def value(self):
        return decimal.Decimal(self.text)
class String(Scalar):
    def value(self):
        return self.text

def wrap(value):
    if isinstance(value, str):
        return String(value)
    if isinstance(value, list):
        return [wrap(v) for v in value]
    if isinstance(value, dict):
        return {k: wrap(v) for k, v in value.items()}
    return value

def load(text):
    return wrap(json.loads(text, parse_float=Number, parse_int=Number))

def dump(value):
    if isinstance(value, Number):
        return value.text
    if isinstance(value, String):
        return json.dumps(value.text)
    if isinstance(value, list):
        return '[' + ', '.join(map(dump, value)) + ']'
    if isinstance(value, dict):
        return '{' + ', '.join(json.dumps(k) + ': ' + dump(v)
                               for k, v in value.items()) + '}'
    return json.dumps(value)

# equal to the last digit
def identical(a, b):
    if type(a) is not type(b):
        return False
    if isinstance(a, Scalar):
        return a.text == b.text
    if isinstance(a, list):
        return len(a) == len(b) and all(map(identical, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(identical(a[k], b[k]) for k in a)
    return a == b

KEYS = ['a', 'b', 'c', 'aa', 'bb', '', '/', '~', '~1', 'a/b', '0', '1', '-',
        '01', 'é', 'long name of a member']
STRINGS = ['', 'x', 'xy', 'xyz', 'wxyz', 'é', '日本', 'quote " and \\', '\t\n',
           'a string of some length, to be moved rather than copied']
NUMBERS = ['0', '1', '2', '-1', '1.0', '1.00', '0.1', '10', '12345678901234567890',
           '3.14159265358979323846264338327950288', '-0.000000000000000001', '100']

def scalar():
    r = rng.random()
    if r < 0.4:
        return Number(rng.choice(NUMBERS))
    if r < 0.8:
        return String(rng.choice(STRINGS))
    return rng.choice([True, False, None])

def value(depth):
    r = rng.random()
    if depth == 0 or r < 0.3:
        return scalar()
    size = rng.choice([0, 1, 2, 2, 3, 3, 4, 6])
    if rng.random() < 0.01:
        size = rng.choice([31, 32, 33, 40, 64, 65, 70])
        depth = 1
    if r < 0.65:
        return [value(depth - 1) for _ in range(size)]
    if size > 6:
        return {'k%d' % rng.randrange(1000): value(depth - 1) for _ in range(size)}
    return {rng.choice(KEYS): value(depth - 1) for _ in range(size)}

def escape(name):
    return name.replace('~', '~0').replace('/', '~1')

# a pointer into document, mostly to something
def pointer(document, adding):
    path = ''
    here = document
    while True:
        r = rng.random()
        if isinstance(here, dict) and here and r < 0.85:
            name = rng.choice(list(here))
            path += '/' + escape(name)
            here = here[name]
            if rng.random() < 0.35:
                return path
        elif isinstance(here, list) and here and r < 0.85:
            index = rng.randrange(len(here))
            path += '/%d' % index
            here = here[index]
            if rng.random() < 0.35:
                return path
        elif isinstance(here, (dict, list)) or r < 0.05:
            if adding and isinstance(here, list):
                return path + rng.choice(['/-', '/0', '/%d' % len(here), '/%d' % (len(here) + 1)])
            if r < 0.5:
                return path + '/' + rng.choice([escape(rng.choice(KEYS)), '-', '00', '-1', '1e0', '99', '4294967296'])
            return path
        else:
            return path

def operation(document):
    op = rng.choice(['add', 'add', 'remove', 'replace', 'move', 'copy', 'test'])
    result = {'op': op, 'path': pointer(document, op in ('add', 'move', 'copy'))}
    if op in ('add', 'replace'):
        result['value'] = value(2)
    elif op == 'test':
        try:
            result['value'] = copy.deepcopy(
                jsonpatch.JsonPointer(result['path']).resolve(document))
            dump(result['value'])   # "-" resolves to no JSON
        except Exception:
            result['value'] = value(1)
        if rng.random() < 0.1:
            result['value'] = value(1)
    elif op in ('move', 'copy'):
        result['from'] = pointer(document, False)
    if rng.random() < 0.003:
        del result[rng.choice(list(result))]
    if rng.random() < 0.003:
        result['path'] = rng.choice(['a', '/~', '/~2', '~0'])
    if rng.random() < 0.002:
        result['op'] = rng.choice(['Add', '', 'delete'])
    return result

def dump_patch(patch):
    return '[' + ', '.join('{' + ', '.join(
        json.dumps(k) + ': ' + (dump(v) if k == 'value' else json.dumps(v))
        for k, v in op.items()) + '}' for op in patch) + ']'

def inside(pointer):
    return '/d' + pointer if pointer == '' or pointer[0] == '/' else pointer

# The reference's answer: (document, None) or (None, exception).  It has its
# own ideas about the whole document (none can be copied, scalars cannot be
# replaced), so it gets the document as member d of another one.  It also
# works on the very values of its patch, which are copied therefore.
def reference(document, patch):
    try:
        inner = copy.deepcopy(patch)
        for op in inner:
            for name in ('path', 'from'):
                if name in op:
                    op[name] = inside(op[name])
            if op.get('op') == 'remove' and op.get('path') == '/d':
                raise ValueError('the whole document cannot be removed')
        return jsonpatch.JsonPatch(inner).apply({'d': document})['d'], None
    except Exception as e:
        return None, e

def merge(target, patch):
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, v in patch.items():
        if v is None:
            result.pop(name, None)
        else:
            result[name] = merge(result.get(name), v)
    return result

def mutated(document):
    result = document
    for _ in range(rng.randrange(4)):
        answer, error = reference(result, [operation(result)])
        if error is None:
            result = answer
    return result

counts = {}
def note(kind, example=None):
    n, e = counts.get(kind, (0, None))
    counts[kind] = (n + 1, e if e is not None else example)

plan = plpy.prepare('SELECT result::text AS result, state, detail, merged::text AS merged, '
                    'broken FROM fuzz.check_case($1::jsonb, $2, $3::jsonb, $4::jsonb)',
                    ['text'] * 4)
keep_plan = plpy.prepare('INSERT INTO fuzz.opinion_case VALUES ($1)', ['text'])
done = 0
disagreements = []
while done < rounds and len(disagreements) < 20:
    if done % 100 == 0 and time.monotonic() > deadline:
        break
    done += 1
    document = value(4)
    patch = []
    expected, error = document, None
    for _ in range(rng.choice([0, 1, 1, 2, 3, 5, 8])):
        op = operation(expected)
        answer, failure = reference(expected, [op])
        if failure is None:
            expected = answer
            patch.append(op)
        elif rng.random() < 0.2:
            error = failure
            patch.append(op)
            break
    other = mutated(document) if rng.random() < 0.7 else value(4)
    merge_patch = value(3)

    text = dump(document)
    patch_text = dump_patch(patch)
    try:
        row = plpy.execute(plan, [text, patch_text, dump(other), dump(merge_patch)])[0]
    except Exception as e:
        disagreements.append('error %s; document %s; patch %s; other %s; merge %s' % (
            e, text, patch_text, dump(other), dump(merge_patch)))
        continue
    if keep:
        plpy.execute(keep_plan, ['{"document": %s, "patch": %s, "result": %s, "state": %s}' % (
            text, patch_text, row['result'] or 'null', json.dumps(row['state']))])
    problem = None
    if row['broken']:
        problem = 'broken:' + row['broken']
    elif error is None and row['state'] is not None:
        if row['detail'] and 'would move a value into itself' in row['detail']:
            note('explained: the reference moves an array element into itself', patch_text)
        elif re.search('"0[^"]+" is no index', row['detail'] or ''):
            note('explained: the reference takes digits after a leading zero for an index', patch_text)
        else:
            problem = 'we fail: ' + row['state'] + ' ' + str(row['detail'])
    elif error is not None and row['state'] is None:
        if "with '-' can't be applied to 'replace'" in str(error):
            note('explained: the reference does not replace a member named -', patch_text)
        else:
            problem = 'only the reference fails: %r' % error
    elif error is None and not identical(load(row['result']), expected):
        problem = 'results differ: %s / %s' % (row['result'], dump(expected))
    elif not identical(load(row['merged']), merge(document, merge_patch)):
        problem = 'merges differ: %s / %s' % (row['merged'], dump(merge(document, merge_patch)))
    if problem:
        disagreements.append('%s; document %s; patch %s; other %s; merge %s' % (
            problem, text, patch_text, dump(other), dump(merge_patch)))
    note('both apply' if error is None else 'both fail')
counts['rounds'] = (done, None)
return ([(k, n, e) for k, (n, e) in sorted(counts.items())] +
        [('DISAGREEMENT', 1, d) for d in disagreements])
$$;
