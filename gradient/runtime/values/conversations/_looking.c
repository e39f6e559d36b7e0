/* Look at messages: what they are now, and whether they still are what they were. The twin of `plain_looking.py`.

A snapshot is one row of words: the message as it is walked through, each word with its kind in the lowest bits.

    DICT n, then n times key and value    LIST n, TUPLE n, then n items    OBJECT type, fields    MODEL type, fields, extra

A text, a number or None stands there as the very object. Where the containers lay when they were last seen stands in
front, only as addresses: memory is what a look waits for, so it is asked for ahead of use.

No code of the user's runs: exact types only, `__dict__` as `object` gives it. A text that is the same object is not
read; one that is another object is compared, and takes the place of the former, so that the next look finds it.
*/
#define Py_LIMITED_API 0x030A0000
#include <Python.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 32
#define MAX_VALUES 20000
#define KEYED_MESSAGES 3
#define KEYED_TEXTS 6
#define KEYED_CHARS 24
#define LEAF_BYTES 32
#define SHORT_CHARS 64
#define LARGE_CHARS 65536
#define MAX_HINTS 6
#define FAR 8 /* messages ahead: their snapshots and themselves */
#define NEAR 4 /* messages ahead: what they hold */
#define LINE_BYTES 64

#if defined(__GNUC__) || defined(__clang__)
#define PREFETCH(address) __builtin_prefetch(address)
#else
#define PREFETCH(address) ((void)(address))
#endif

enum { CLOSED, FIELDS, EXTRA, ATOM }; /* as in `modes.py` */

typedef uintptr_t Word;
enum { LEAF, DICT, LIST, TUPLE, OBJECT, MODEL, HINT, KIND = 7 };

typedef struct {
    PyObject_VAR_HEAD
    Word words[1];
} Snapshot;

static PyTypeObject *snapshot_type;
static PyObject *extra_name;  /* "__pydantic_extra__" */
static PyObject *sizeof_name; /* "__sizeof__" */
static PyObject *unfreezable; /* the exception */

static void free_words(Word *words, Py_ssize_t count)
{
    for (Py_ssize_t at = 0; at < count; at++)
        if ((words[at] & KIND) == LEAF) Py_DECREF((PyObject *)words[at]);
}

static void free_snapshot(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    free_words(((Snapshot *)self)->words, Py_SIZE(self));
    PyObject_Free(self);
    Py_DECREF(type);
}

/* ── what an object holds ─────────────────────────────────────────────────────────────────────────────────────── */

static PyObject *fields_of(PyObject *value) { return PyObject_GenericGetDict(value, NULL); }

/* Return the fields that a pydantic model does not declare, or None. */
static PyObject *extra_of(PyObject *value)
{
    PyObject *extra = PyObject_GenericGetAttr(value, extra_name);
    if (extra == NULL) {
        PyErr_Clear();
        Py_INCREF(Py_None);
        extra = Py_None;
    }
    return extra;
}

static int is_leaf(PyObject *value)
{
    return value == Py_None || PyUnicode_CheckExact(value) || PyBool_Check(value) || PyLong_CheckExact(value) ||
           PyFloat_CheckExact(value) || PyBytes_CheckExact(value);
}

static Py_ssize_t length_of(PyObject *leaf)
{
    return PyUnicode_CheckExact(leaf) ? PyUnicode_GetLength(leaf) : PyBytes_CheckExact(leaf) ? PyBytes_Size(leaf) : 0;
}

/* ── freezing ─────────────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct {
    PyObject *modes, *intern; /* gives the one copy of a large text that is kept, and counted */
    Py_ssize_t values, cost;
    Word *words, hints[MAX_HINTS];
    Py_ssize_t count, room;
    int hinted;
} Freezing;

static int freeze(Freezing *freezing, PyObject *value, int depth);

static int put(Freezing *freezing, Word word)
{
    if (freezing->count == freezing->room) {
        Py_ssize_t room = 2 * freezing->room + 64;
        Word *words = realloc(freezing->words, room * sizeof(Word));
        if (words == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        freezing->words = words;
        freezing->room = room;
    }
    freezing->words[freezing->count++] = word;
    return 0;
}

/* Take a reference over. */
static int put_object(Freezing *freezing, PyObject *object)
{
    if (put(freezing, (Word)object) == 0) return 0;
    Py_DECREF(object);
    return -1;
}

static int put_container(Freezing *freezing, Py_ssize_t size, int kind, PyObject *value)
{
    if (freezing->hinted < MAX_HINTS) freezing->hints[freezing->hinted++] = (Word)value | HINT;
    return put(freezing, (Word)size << 3 | kind);
}

static int freeze_dict(Freezing *freezing, PyObject *value, int depth)
{
    Py_ssize_t at = 0;
    PyObject *key, *item;
    if (put_container(freezing, PyDict_Size(value), DICT, value)) return -1;
    while (PyDict_Next(value, &at, &key, &item)) {
        if (!PyUnicode_CheckExact(key)) {
            PyErr_SetString(unfreezable, "a key that is no text");
            return -1;
        }
        Py_INCREF(key);
        Py_INCREF(item);
        int failed = put_object(freezing, key) || freeze(freezing, item, depth);
        Py_DECREF(item);
        if (failed) return -1;
    }
    return 0;
}

static PyObject *item_of(PyObject *items, Py_ssize_t at)
{
    return PyList_CheckExact(items) ? PyList_GetItem(items, at) : PyTuple_GetItem(items, at);
}

static Py_ssize_t size_of(PyObject *items)
{
    return PyList_CheckExact(items) ? PyList_Size(items) : PyTuple_Size(items);
}

static int freeze_items(Freezing *freezing, PyObject *value, int depth)
{
    if (put_container(freezing, size_of(value), PyList_CheckExact(value) ? LIST : TUPLE, value)) return -1;
    for (Py_ssize_t at = 0; at < size_of(value); at++) {
        PyObject *item = item_of(value, at);
        if (item == NULL) return -1;
        Py_INCREF(item);
        int failed = freeze(freezing, item, depth);
        Py_DECREF(item);
        if (failed) return -1;
    }
    return 0;
}

static int freeze_and_free(Freezing *freezing, PyObject *part, int depth)
{
    if (part == NULL) return -1;
    int failed = freeze(freezing, part, depth);
    Py_DECREF(part);
    return failed;
}

static int freeze_object(Freezing *freezing, PyObject *value, long mode, int depth)
{
    PyObject *type = (PyObject *)Py_TYPE(value);
    Py_INCREF(type);
    return put(freezing, mode == EXTRA ? MODEL : OBJECT) || put_object(freezing, type) ||
           freeze_and_free(freezing, fields_of(value), depth) ||
           (mode == EXTRA && freeze_and_free(freezing, extra_of(value), depth));
}

static long mode_of(Freezing *freezing, PyObject *value)
{
    PyObject *mode = PyObject_GetItem(freezing->modes, (PyObject *)Py_TYPE(value));
    if (mode == NULL) return -1;
    long found = PyLong_AsLong(mode);
    Py_DECREF(mode);
    return found;
}

/* Keep a leaf: itself, or the one copy of it. */
static int freeze_leaf(Freezing *freezing, PyObject *leaf)
{
    Py_ssize_t length = length_of(leaf);
    freezing->cost += LEAF_BYTES;
    if (length > LARGE_CHARS) {
        PyObject *copy = PyObject_CallFunctionObjArgs(freezing->intern, leaf, NULL);
        return copy == NULL ? -1 : put_object(freezing, copy);
    }
    if (length > SHORT_CHARS) {
        PyObject *size = PyObject_CallMethodObjArgs(leaf, sizeof_name, NULL);
        if (size == NULL) return -1;
        freezing->cost += PyLong_AsSsize_t(size);
        Py_DECREF(size);
    }
    Py_INCREF(leaf);
    return put_object(freezing, leaf);
}

static int freeze(Freezing *freezing, PyObject *value, int depth)
{
    if (++freezing->values > MAX_VALUES || depth > MAX_DEPTH) {
        PyErr_SetString(unfreezable, "too large or too deep");
        return -1;
    }
    if (is_leaf(value)) return freeze_leaf(freezing, value);
    if (PyDict_CheckExact(value)) return freeze_dict(freezing, value, depth + 1);
    if (PyList_CheckExact(value) || PyTuple_CheckExact(value)) return freeze_items(freezing, value, depth + 1);
    long mode = mode_of(freezing, value);
    if (mode == FIELDS || mode == EXTRA) return freeze_object(freezing, value, mode, depth + 1);
    if (mode != ATOM) {
        if (!PyErr_Occurred()) PyErr_SetString(unfreezable, "an object that may hold anything");
        return -1;
    }
    freezing->cost += LEAF_BYTES;
    Py_INCREF(value);
    return put_object(freezing, value);
}

/* ── comparing ────────────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct {
    Word *words, *hints, *no_more_hints;
} Looking;

static int same(Looking *looking, PyObject *value, int depth);

static int same_leaf(PyObject *known, PyObject *value)
{
    if (known == value) return 1;
    if (Py_TYPE(known) != Py_TYPE(value)) return 0;
    if (PyUnicode_CheckExact(value)) {
        PyObject *equal = PyUnicode_RichCompare(known, value, Py_EQ);
        if (equal == NULL) return -1;
        int is_equal = equal == Py_True;
        Py_DECREF(equal);
        return is_equal;
    }
    if (PyLong_CheckExact(value)) return PyObject_RichCompareBool(known, value, Py_EQ);
    if (PyFloat_CheckExact(value)) {
        double one = PyFloat_AsDouble(known), other = PyFloat_AsDouble(value);
        return memcmp(&one, &other, sizeof one) == 0;
    }
    if (PyBytes_CheckExact(value)) {
        Py_ssize_t size = PyBytes_Size(value);
        return PyBytes_Size(known) == size && memcmp(PyBytes_AsString(known), PyBytes_AsString(value), size) == 0;
    }
    return 0; /* True and False, None, and atoms are the same only where they are the same object. */
}

/* Compare a leaf, and hold the one that was seen last; of a large one, only what is counted is held. */
static int pass_leaf(Looking *looking, PyObject *value)
{
    PyObject *known = (PyObject *)*looking->words;
    int is_same = same_leaf(known, value);
    if (is_same == 1 && known != value && length_of(value) <= LARGE_CHARS) {
        Py_INCREF(value);
        *looking->words = (Word)value;
        Py_DECREF(known);
    }
    looking->words++;
    return is_same;
}

static int same_dict(Looking *looking, Py_ssize_t size, PyObject *value, int depth)
{
    Py_ssize_t at = 0;
    PyObject *key, *item;
    if (PyDict_Size(value) != size) return 0;
    while (size-- > 0 && PyDict_Next(value, &at, &key, &item)) {
        PyObject *known = (PyObject *)*looking->words++;
        if (known != key) {
            int equal = PyUnicode_CheckExact(key) ? same_leaf(known, key) : 0;
            if (equal != 1) return equal;
        }
        int is_same = same(looking, item, depth);
        if (is_same != 1) return is_same;
    }
    return 1;
}

static int same_items(Looking *looking, Py_ssize_t size, PyObject *value, int depth)
{
    if (size_of(value) != size) return 0;
    for (Py_ssize_t at = 0; at < size; at++) {
        PyObject *item = item_of(value, at);
        int is_same = item == NULL ? -1 : same(looking, item, depth);
        if (is_same != 1) return is_same;
    }
    return 1;
}

static int same_and_free(Looking *looking, PyObject *part, int depth)
{
    if (part == NULL) return -1;
    int is_same = same(looking, part, depth);
    Py_DECREF(part);
    return is_same;
}

static int same_object(Looking *looking, int kind, PyObject *value, int depth)
{
    if ((Word)Py_TYPE(value) != *looking->words++) return 0;
    int is_same = same_and_free(looking, fields_of(value), depth);
    return is_same == 1 && kind == MODEL ? same_and_free(looking, extra_of(value), depth) : is_same;
}

static int same_container(Looking *looking, Word word, PyObject *value, int depth)
{
    int kind = word & KIND;
    if (kind == OBJECT || kind == MODEL) return same_object(looking, kind, value, depth);
    if (!(kind == DICT ? PyDict_CheckExact(value) : kind == LIST ? PyList_CheckExact(value) : PyTuple_CheckExact(value)))
        return 0;
    if (looking->hints < looking->no_more_hints) *looking->hints++ = (Word)value | HINT;
    Py_ssize_t size = (Py_ssize_t)(word >> 3);
    return kind == DICT ? same_dict(looking, size, value, depth) : same_items(looking, size, value, depth);
}

/* Tell whether `value` is what the next words say: 1 or 0, or -1 with an exception. */
static int same(Looking *looking, PyObject *value, int depth)
{
    Word word = *looking->words;
    if ((word & KIND) == LEAF) return pass_leaf(looking, value);
    if (depth > MAX_DEPTH) return 0;
    looking->words++;
    Py_INCREF(value);
    int is_same = same_container(looking, word, value, depth + 1);
    Py_DECREF(value);
    return is_same;
}

static int is_as_seen(Snapshot *snapshot, PyObject *value)
{
    Word *words = snapshot->words;
    while ((*words & KIND) == HINT) words++;
    Looking looking = {words, snapshot->words, words};
    Py_INCREF((PyObject *)snapshot);
    Py_INCREF(value);
    int is_same = same(&looking, value, 0);
    Py_DECREF(value);
    Py_DECREF((PyObject *)snapshot);
    return is_same;
}

/* Ask for the memory of messages to come. */
static void look_ahead(PyObject *known, PyObject *values, Py_ssize_t at, Py_ssize_t count)
{
    if (at + FAR < count) {
        char *snapshot = (char *)PyList_GetItem(known, at + FAR), *value = (char *)PyList_GetItem(values, at + FAR);
        for (int line = 0; line < 4; line++) PREFETCH(snapshot + line * LINE_BYTES);
        PREFETCH(value - LINE_BYTES / 2);
        PREFETCH(value + LINE_BYTES / 2);
    }
    if (at + NEAR < count) {
        Word *words = ((Snapshot *)PyList_GetItem(known, at + NEAR))->words;
        for (; (*words & KIND) == HINT; words++) {
            PREFETCH((char *)(*words & ~(Word)KIND));
            PREFETCH((char *)(*words & ~(Word)KIND) + 40);
        }
    }
}

/* ── the signature of a conversation ──────────────────────────────────────────────────────────────────────────── */

typedef struct {
    unsigned long long hash;
    int texts;
} Signing;

static void mix(Signing *signing, unsigned long long value)
{
    signing->hash = (signing->hash ^ value) * 1099511628211ULL;
}

static int sign_text(Signing *signing, PyObject *text)
{
    Py_ssize_t size = PyUnicode_GetLength(text);
    mix(signing, (unsigned long long)size);
    for (Py_ssize_t at = 0; at < size && at < KEYED_CHARS; at++) {
        mix(signing, PyUnicode_ReadChar(text, at));
        mix(signing, PyUnicode_ReadChar(text, size - 1 - at));
    }
    signing->texts--;
    return 0;
}

static int sign(Signing *signing, PyObject *node, int depth)
{
    if (signing->texts <= 0 || depth > MAX_DEPTH) return 0;
    if (PyUnicode_CheckExact(node)) return sign_text(signing, node);
    if (PyDict_CheckExact(node)) {
        Py_ssize_t at = 0;
        PyObject *key, *item;
        while (signing->texts > 0 && PyDict_Next(node, &at, &key, &item)) {
            Py_INCREF(item);
            int failed = sign(signing, item, depth + 1);
            Py_DECREF(item);
            if (failed) return -1;
        }
        return 0;
    }
    int is_list = PyList_CheckExact(node);
    if (is_list || PyTuple_CheckExact(node)) {
        for (Py_ssize_t at = 0; signing->texts > 0 && at < (is_list ? PyList_Size(node) : PyTuple_Size(node)); at++) {
            PyObject *item = is_list ? PyList_GetItem(node, at) : PyTuple_GetItem(node, at);
            if (item == NULL) return -1;
            Py_INCREF(item);
            int failed = sign(signing, item, depth + 1);
            Py_DECREF(item);
            if (failed) return -1;
        }
        return 0;
    }
    if (is_leaf(node)) return 0;
    PyObject *fields = fields_of(node);
    if (fields == NULL) {
        PyErr_Clear();
        return 0;
    }
    int failed = PyDict_CheckExact(fields) ? sign(signing, fields, depth + 1) : 0;
    Py_DECREF(fields);
    return failed;
}

/* ── the module ───────────────────────────────────────────────────────────────────────────────────────────────── */

static PyObject *snapshot_of(Freezing *freezing)
{
    Py_ssize_t count = freezing->hinted + freezing->count;
    Snapshot *snapshot = (Snapshot *)PyType_GenericAlloc(snapshot_type, count);
    if (snapshot == NULL) return NULL;
    memcpy(snapshot->words, freezing->hints, freezing->hinted * sizeof(Word));
    memcpy(snapshot->words + freezing->hinted, freezing->words, freezing->count * sizeof(Word));
    freezing->cost += sizeof(Snapshot) + count * sizeof(Word);
    freezing->count = 0; /* it has the references now */
    return (PyObject *)snapshot;
}

static PyObject *looking_freeze(PyObject *module, PyObject *arguments)
{
    PyObject *value, *snapshot = NULL;
    Freezing freezing = {NULL};
    if (!PyArg_ParseTuple(arguments, "OOO", &value, &freezing.modes, &freezing.intern)) return NULL;
    if (freeze(&freezing, value, 0) == 0) snapshot = snapshot_of(&freezing);
    free_words(freezing.words, freezing.count);
    free(freezing.words);
    return snapshot == NULL ? NULL : Py_BuildValue("Nn", snapshot, freezing.cost);
}

static PyObject *looking_common(PyObject *module, PyObject *arguments)
{
    PyObject *known, *values, *modes; /* the snapshots say what `modes` said; the twin asks again */
    if (!PyArg_ParseTuple(arguments, "O!O!O", &PyList_Type, &known, &PyList_Type, &values, &modes)) return NULL;
    Py_ssize_t at = 0, count;
    while (at < (count = Py_MIN(PyList_Size(known), PyList_Size(values)))) {
        PyObject *snapshot = PyList_GetItem(known, at);
        if (Py_TYPE(snapshot) != snapshot_type) return PyErr_Format(PyExc_TypeError, "snapshots are wanted");
        look_ahead(known, values, at, count);
        int is_same = is_as_seen((Snapshot *)snapshot, PyList_GetItem(values, at));
        if (is_same < 0) return NULL;
        if (!is_same) break;
        at++;
    }
    return PyLong_FromSsize_t(at);
}

static PyObject *looking_signature(PyObject *module, PyObject *values)
{
    Signing signing = {14695981039346656037ULL, 0};
    if (!PyList_Check(values)) return PyErr_Format(PyExc_TypeError, "a list is wanted");
    for (Py_ssize_t at = 0; at < PyList_Size(values) && at < KEYED_MESSAGES; at++) {
        signing.texts = KEYED_TEXTS;
        PyObject *value = PyList_GetItem(values, at);
        Py_INCREF(value);
        int failed = sign(&signing, value, 0);
        Py_DECREF(value);
        if (failed) return NULL;
    }
    return PyLong_FromUnsignedLongLong(signing.hash);
}

static PyMethodDef functions[] = {
    {"freeze", looking_freeze, METH_VARARGS, "freeze(value, modes, intern) -> (snapshot, bytes); raises Unfreezable"},
    {"common", looking_common, METH_VARARGS, "common(snapshots, values, modes) -> how many values at the start are the same"},
    {"signature", looking_signature, METH_O, "signature(values) -> a number that equal beginnings share"},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot snapshot_slots[] = {{Py_tp_dealloc, free_snapshot}, {0, NULL}};

static PyType_Spec snapshot_spec = {
    "gradient.runtime.values.conversations._looking.Snapshot", offsetof(Snapshot, words), sizeof(Word),
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, snapshot_slots,
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_looking", "The compiled twin of `plain_looking`.", -1, functions, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__looking(void)
{
    PyObject *module = PyModule_Create(&definition);
    if (module == NULL) return NULL;
    snapshot_type = (PyTypeObject *)PyType_FromSpec(&snapshot_spec);
    extra_name = PyUnicode_InternFromString("__pydantic_extra__");
    sizeof_name = PyUnicode_InternFromString("__sizeof__");
    unfreezable = PyErr_NewException("gradient.runtime.values.conversations._looking.Unfreezable", NULL, NULL);
    if (snapshot_type == NULL || extra_name == NULL || sizeof_name == NULL || unfreezable == NULL ||
        PyModule_AddObject(module, "Unfreezable", unfreezable)) {
        Py_DECREF(module);
        return NULL;
    }
    Py_INCREF(unfreezable);
    return module;
}
