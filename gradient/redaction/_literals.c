/* Tells whether and where some literals stand in bytes: the compiled twin of `plain_literals`.
 *
 * Every second place of the bytes is looked up in two tables of bits: three bytes by their hash, two bytes as they are.
 * A literal of four bytes or more has three of some four bytes of it at a place that is looked at, one of three bytes has
 * two there at least. Only where a bit is set are literals compared. The limited interface of Python 3.10 alone is used. */
#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030A0000
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define TABLE 65536
#define SHORTEST 3
enum kind { WANTED, HARMLESS, BESIDE_AT };

typedef struct {
    const char *bytes;
    Py_ssize_t size;
    enum kind kind;
    int place; /* among all of them, by their bytes */
} literal;

/* One way to meet a literal: at which of its bytes, and the next way with the same bits. */
typedef struct {
    int literal, offset, next;
} meeting;

typedef struct {
    uint8_t pairs[TABLE / 8], threes[TABLE / 8], twos[TABLE / 8];
    int first_of_three[TABLE], first_of_two[TABLE];
    literal *literals;
    const literal **ordered; /* by their bytes: those that begin with another one follow it */
    meeting *meetings;
    int literal_count, meeting_count;
    PyObject *held; /* the tuples whose bytes these are */
} search;

static inline uint32_t three(const uint8_t *at)
{
    uint32_t value = at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16;
    return value * 0x9E3779B1u >> 16;
}

static inline uint32_t two(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8;
}

static inline int is_set(const uint8_t *bits, uint32_t at)
{
    return bits[at >> 3] >> (at & 7) & 1;
}

static void add_meeting(search *into, uint8_t *bits, int *first, uint32_t at, int number, int offset)
{
    meeting *added = &into->meetings[into->meeting_count];
    *added = (meeting){number, offset, is_set(bits, at) ? first[at] : -1};
    bits[at >> 3] |= (uint8_t)(1u << (at & 7));
    first[at] = into->meeting_count++;
}

/* How often bytes stand in texts, roughly: where a literal has its rarest bytes, it is met in vain least often. */
static int commonness(const uint8_t *bytes)
{
    static const char rarest_first[] = "zqxjkvbpygfwmucldrhsnioate \"0123456789\\";
    int sum = 0;
    for (int at = 0; at < SHORTEST + 1; at++) {
        const char *found = bytes[at] ? strchr(rarest_first, bytes[at]) : NULL;
        sum += found == NULL ? 0 : (int)(found - rarest_first);
    }
    return sum;
}

static void add_literal(search *into, int number)
{
    const literal *added = &into->literals[number];
    const uint8_t *bytes = (const uint8_t *)added->bytes;
    int best = 0;
    for (int at = 1; at + SHORTEST < added->size; at++)
        if (commonness(bytes + at) < commonness(bytes + best)) best = at;
    for (int at = best; at < best + 2; at++) {
        uint32_t pair = two(bytes + at);
        into->pairs[pair >> 3] |= (uint8_t)(1u << (pair & 7));
    }
    add_meeting(into, into->threes, into->first_of_three, three(bytes + best), number, best);
    if (added->size > SHORTEST)
        add_meeting(into, into->threes, into->first_of_three, three(bytes + best + 1), number, best + 1);
    else
        add_meeting(into, into->twos, into->first_of_two, two(bytes + 1), number, 1);
}

/* What is gone through, and what was found out about it: whether it has an `@` is looked up once, and only if asked. */
typedef struct {
    const char *bytes;
    Py_ssize_t size;
    enum { UNKNOWN, NO_AT, HAS_AT } at;
    PyObject *into; /* where hits go, or NULL if only one that counts is looked for */
} body;

static int begins_with(const literal *longer, const literal *shorter)
{
    return longer->size >= shorter->size && memcmp(longer->bytes, shorter->bytes, (size_t)shorter->size) == 0;
}

/* The longest literal that begins where one does. */
static const literal *longest(const search *in, const literal *one, const body *of, Py_ssize_t start)
{
    const literal *best = one;
    for (int at = one->place + 1; at < in->literal_count && begins_with(in->ordered[at], one); at++) {
        const literal *other = in->ordered[at];
        if (start + other->size <= of->size && other->size > best->size &&
            memcmp(of->bytes + start, other->bytes, (size_t)other->size) == 0)
            best = other;
    }
    return best;
}

static int has_at(body *in)
{
    if (in->at == UNKNOWN) in->at = memchr(in->bytes, '@', (size_t)in->size) == NULL ? NO_AT : HAS_AT;
    return in->at == HAS_AT;
}

/* Tell of a literal that begins at a place: 1 if that is enough, -1 if Python raised. */
static int report(const search *in, const literal *best, body *of, Py_ssize_t start)
{
    if (of->into == NULL) return best->kind == WANTED || (best->kind == BESIDE_AT && has_at(of));
    PyObject *hit = Py_BuildValue("(nn)", start, (Py_ssize_t)(best - in->literals));
    int failed = hit == NULL || PyList_Append(of->into, hit) < 0;
    Py_XDECREF(hit);
    return failed ? -1 : 0;
}

static int meets(const search *in, int at, body *of, Py_ssize_t place)
{
    int told = 0;
    for (; at >= 0 && told == 0; at = in->meetings[at].next) {
        const literal *one = &in->literals[in->meetings[at].literal];
        Py_ssize_t start = place - in->meetings[at].offset;
        if (start < 0 || start + one->size > of->size) continue;
        if (memcmp(of->bytes + start, one->bytes, (size_t)one->size) != 0) continue;
        const literal *best = longest(in, one, of, start);
        if (of->into == NULL || best == one) told = report(in, best, of, start);
    }
    return told;
}

/* Go through all places; as `meets`. */
static int look(const search *in, body *of)
{
    const uint8_t *bytes = (const uint8_t *)of->bytes;
    Py_ssize_t place;
    int told = 0;
    for (place = 0; place + 2 < of->size; place += 2) {
        uint32_t pair = two(bytes + place);
        if (!is_set(in->pairs, pair)) continue;
        uint32_t hash = three(bytes + place);
        if (is_set(in->threes, hash)) told = meets(in, in->first_of_three[hash], of, place);
        if (told == 0 && is_set(in->twos, pair)) told = meets(in, in->first_of_two[pair], of, place);
        if (told != 0) return told;
    }
    if (place + 1 < of->size && is_set(in->twos, two(bytes + place)))
        told = meets(in, in->first_of_two[two(bytes + place)], of, place);
    return told;
}

static PyObject *stand_in(PyObject *self, PyObject *given)
{
    body of = {NULL, 0, UNKNOWN, NULL};
    const search *in = PyCapsule_GetPointer(self, NULL);
    if (in == NULL || PyBytes_AsStringAndSize(given, (char **)&of.bytes, &of.size) < 0) return NULL;
    return PyBool_FromLong(look(in, &of));
}

static PyObject *found_in(PyObject *self, PyObject *given)
{
    body of = {NULL, 0, UNKNOWN, NULL};
    const search *in = PyCapsule_GetPointer(self, NULL);
    if (in == NULL || PyBytes_AsStringAndSize(given, (char **)&of.bytes, &of.size) < 0) return NULL;
    of.into = PyList_New(0);
    if (of.into == NULL || look(in, &of) < 0 || PyList_Sort(of.into) < 0) Py_CLEAR(of.into);
    return of.into;
}

static void forget(PyObject *capsule)
{
    search *gone = PyCapsule_GetPointer(capsule, NULL);
    if (gone == NULL) return;
    PyMem_Free(gone->literals);
    PyMem_Free(gone->ordered);
    PyMem_Free(gone->meetings);
    Py_XDECREF(gone->held);
    PyMem_Free(gone);
}

static int take(search *into, PyObject *literals, enum kind kind)
{
    for (Py_ssize_t at = 0; at < PyTuple_Size(literals); at++) {
        literal *added = &into->literals[into->literal_count];
        char *bytes;
        if (PyBytes_AsStringAndSize(PyTuple_GetItem(literals, at), &bytes, &added->size) < 0) return -1;
        if (added->size < SHORTEST) {
            PyErr_SetString(PyExc_ValueError, "a literal has three bytes or more");
            return -1;
        }
        added->bytes = bytes;
        added->kind = kind;
        add_literal(into, into->literal_count++);
    }
    return 0;
}

static int by_bytes(const void *left, const void *right)
{
    const literal *one = *(const literal *const *)left, *other = *(const literal *const *)right;
    int found = memcmp(one->bytes, other->bytes, (size_t)(one->size < other->size ? one->size : other->size));
    return found != 0 ? found : (one->size > other->size) - (one->size < other->size);
}

static void order(search *all)
{
    for (int at = 0; at < all->literal_count; at++) all->ordered[at] = &all->literals[at];
    qsort(all->ordered, (size_t)all->literal_count, sizeof(literal *), by_bytes);
    for (int at = 0; at < all->literal_count; at++) all->literals[all->ordered[at] - all->literals].place = at;
}

static PyMethodDef stand_in_definition = {
    "stand_in", stand_in, METH_O, "stand_in(body) -> whether any of the literals stands in it",
};
static PyMethodDef found_in_definition = {
    "found_in", found_in, METH_O, "found_in(body) -> where literals begin, and which: in their order as they were given",
};

static PyObject *search_for(PyObject *module, PyObject *arguments)
{
    (void)module;
    PyObject *wanted, *harmless, *beside_at;
    if (!PyArg_ParseTuple(arguments, "O!O!O!", &PyTuple_Type, &wanted, &PyTuple_Type, &harmless, &PyTuple_Type,
                          &beside_at))
        return NULL;
    size_t count = (size_t)(PyTuple_Size(wanted) + PyTuple_Size(harmless) + PyTuple_Size(beside_at));
    search *made = PyMem_Calloc(1, sizeof(search));
    if (made == NULL) return PyErr_NoMemory();
    PyObject *capsule = PyCapsule_New(made, NULL, forget);
    if (capsule == NULL) {
        PyMem_Free(made);
        return NULL;
    }
    made->literals = PyMem_Calloc(count + 1, sizeof(literal));
    made->ordered = PyMem_Calloc(count + 1, sizeof(literal *));
    made->meetings = PyMem_Calloc(2 * count + 1, sizeof(meeting));
    Py_INCREF(arguments);
    made->held = arguments;
    PyObject *functions = NULL;
    if (made->literals == NULL || made->ordered == NULL || made->meetings == NULL)
        PyErr_NoMemory();
    else if (take(made, wanted, WANTED) == 0 && take(made, harmless, HARMLESS) == 0 &&
             take(made, beside_at, BESIDE_AT) == 0) {
        order(made);
        functions = Py_BuildValue("(NN)", PyCFunction_NewEx(&stand_in_definition, capsule, NULL),
                                  PyCFunction_NewEx(&found_in_definition, capsule, NULL));
    }
    Py_DECREF(capsule);
    return functions;
}

static PyMethodDef offered[] = {
    {"search_for", search_for, METH_VARARGS, "search_for(wanted, harmless, beside_at) -> (stand_in, found_in)"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_literals", "The compiled twin of `plain_literals`.", -1, offered, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__literals(void)
{
    return PyModule_Create(&definition);
}
