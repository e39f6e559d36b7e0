/* Look at messages: what they are now, and whether they still are what they were. The twin of `plain_looking.py`.

A snapshot holds a text, a number or None as the very object, and everything that can change as a list of our own:

    [dict, key, value, key, value, ...]    [list, item, ...]    [tuple, item, ...]
    [type, __dict__]    [type, __dict__, extra fields]

No code of the user's runs: exact types only, `__dict__` as `object` gives it. A text that is the same object is not
read; one that is another object is compared, and takes the place of the former, so that the next look finds it.
*/
#define Py_LIMITED_API 0x030A0000
#include <Python.h>
#include <string.h>

#define MAX_DEPTH 32
#define MAX_VALUES 20000
#define KEYED_MESSAGES 3
#define KEYED_TEXTS 6
#define KEYED_CHARS 24
#define LIST_BYTES 72
#define SLOT_BYTES 9
#define LEAF_BYTES 32
#define SHORT_CHARS 64
#define LARGE_CHARS 65536

enum { CLOSED, FIELDS, EXTRA, ATOM }; /* as in `modes.py` */

static PyObject *extra_name;   /* "__pydantic_extra__" */
static PyObject *sizeof_name;  /* "__sizeof__" */
static PyObject *unfreezable;  /* the exception */

typedef struct {
    PyObject *modes, *intern; /* gives the one copy of a large text that is kept, and counted */
    Py_ssize_t values, cost;
} Freezing;

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

/* ── freezing ─────────────────────────────────────────────────────────────────────────────────────────────────── */

static PyObject *freeze(Freezing *freezing, PyObject *value, int depth);

static int add(Freezing *freezing, PyObject *node, PyObject *value, int depth)
{
    PyObject *frozen = freeze(freezing, value, depth);
    if (frozen == NULL) return -1;
    int failed = PyList_Append(node, frozen);
    Py_DECREF(frozen);
    return failed;
}

static int add_dict(Freezing *freezing, PyObject *node, PyObject *value, int depth)
{
    Py_ssize_t at = 0;
    PyObject *key, *item;
    while (PyDict_Next(value, &at, &key, &item)) {
        if (!PyUnicode_CheckExact(key)) {
            PyErr_SetString(unfreezable, "a key that is no text");
            return -1;
        }
        Py_INCREF(key);
        Py_INCREF(item);
        freezing->cost += SLOT_BYTES;
        int failed = PyList_Append(node, key) || add(freezing, node, item, depth);
        Py_DECREF(key);
        Py_DECREF(item);
        if (failed) return -1;
    }
    return 0;
}

static int add_items(Freezing *freezing, PyObject *node, PyObject *value, int depth)
{
    int is_list = PyList_CheckExact(value);
    for (Py_ssize_t at = 0; at < (is_list ? PyList_Size(value) : PyTuple_Size(value)); at++) {
        PyObject *item = is_list ? PyList_GetItem(value, at) : PyTuple_GetItem(value, at);
        if (item == NULL) return -1;
        Py_INCREF(item);
        int failed = add(freezing, node, item, depth);
        Py_DECREF(item);
        if (failed) return -1;
    }
    return 0;
}

static int add_object(Freezing *freezing, PyObject *node, PyObject *value, long mode, int depth)
{
    PyObject *fields = fields_of(value);
    if (fields == NULL) return -1;
    int failed = add(freezing, node, fields, depth);
    Py_DECREF(fields);
    if (failed || mode != EXTRA) return failed;
    PyObject *extra = extra_of(value);
    failed = add(freezing, node, extra, depth);
    Py_DECREF(extra);
    return failed;
}

static long mode_of(Freezing *freezing, PyObject *value)
{
    PyObject *mode = PyObject_GetItem(freezing->modes, (PyObject *)Py_TYPE(value));
    if (mode == NULL) return -1;
    long found = PyLong_AsLong(mode);
    Py_DECREF(mode);
    return found;
}

static Py_ssize_t length_of(PyObject *leaf)
{
    return PyUnicode_CheckExact(leaf) ? PyUnicode_GetLength(leaf) : PyBytes_CheckExact(leaf) ? PyBytes_Size(leaf) : 0;
}

/* Return what a snapshot holds of a leaf: itself, or the one copy of it. */
static PyObject *kept(Freezing *freezing, PyObject *leaf)
{
    Py_ssize_t length = length_of(leaf);
    freezing->cost += LEAF_BYTES;
    if (length > LARGE_CHARS) return PyObject_CallFunctionObjArgs(freezing->intern, leaf, NULL);
    if (length > SHORT_CHARS) {
        PyObject *size = PyObject_CallMethodObjArgs(leaf, sizeof_name, NULL);
        if (size == NULL) return NULL;
        freezing->cost += PyLong_AsSsize_t(size);
        Py_DECREF(size);
    }
    Py_INCREF(leaf);
    return leaf;
}

static PyObject *freeze(Freezing *freezing, PyObject *value, int depth)
{
    freezing->cost += SLOT_BYTES;
    if (++freezing->values > MAX_VALUES || depth > MAX_DEPTH) {
        PyErr_SetString(unfreezable, "too large or too deep");
        return NULL;
    }
    if (is_leaf(value)) return kept(freezing, value);
    int is_dict = PyDict_CheckExact(value), is_items = PyList_CheckExact(value) || PyTuple_CheckExact(value);
    long mode = CLOSED;
    if (!is_dict && !is_items) {
        mode = mode_of(freezing, value);
        if (mode == ATOM) {
            freezing->cost += LEAF_BYTES;
            Py_INCREF(value);
            return value;
        }
        if (mode != FIELDS && mode != EXTRA) {
            if (!PyErr_Occurred()) PyErr_SetString(unfreezable, "an object that may hold anything");
            return NULL;
        }
    }
    PyObject *node = PyList_New(0);
    if (node == NULL) return NULL;
    freezing->cost += LIST_BYTES;
    int failed = PyList_Append(node, (PyObject *)Py_TYPE(value));
    if (!failed)
        failed = is_dict    ? add_dict(freezing, node, value, depth + 1)
                 : is_items ? add_items(freezing, node, value, depth + 1)
                            : add_object(freezing, node, value, mode, depth + 1);
    if (failed) {
        Py_DECREF(node);
        return NULL;
    }
    return node;
}

/* ── comparing ────────────────────────────────────────────────────────────────────────────────────────────────── */

static int same(PyObject *holder, Py_ssize_t at, PyObject *value, int depth);

static int same_leaf(PyObject *known, PyObject *value)
{
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

static int same_dict(PyObject *node, PyObject *value, int depth)
{
    Py_ssize_t at = 0, slot = 1;
    PyObject *key, *item;
    if (2 * PyDict_Size(value) + 1 != PyList_Size(node)) return 0;
    while (PyDict_Next(value, &at, &key, &item)) {
        PyObject *known = PyList_GetItem(node, slot);
        if (known == NULL) return -1;
        if (known != key) {
            int equal = PyUnicode_CheckExact(key) ? same_leaf(known, key) : 0;
            if (equal != 1) return equal;
        }
        Py_INCREF(item);
        int is_same = same(node, slot + 1, item, depth);
        Py_DECREF(item);
        if (is_same != 1) return is_same;
        slot += 2;
    }
    return 1;
}

static int same_items(PyObject *node, PyObject *value, int depth)
{
    int is_list = PyList_CheckExact(value);
    Py_ssize_t size = is_list ? PyList_Size(value) : PyTuple_Size(value);
    if (size + 1 != PyList_Size(node)) return 0;
    for (Py_ssize_t at = 0; at < size; at++) {
        PyObject *item = is_list ? PyList_GetItem(value, at) : PyTuple_GetItem(value, at);
        if (item == NULL) return -1;
        Py_INCREF(item);
        int is_same = same(node, at + 1, item, depth);
        Py_DECREF(item);
        if (is_same != 1) return is_same;
    }
    return 1;
}

static int same_object(PyObject *node, PyObject *value, int depth)
{
    PyObject *fields = fields_of(value);
    if (fields == NULL) return -1;
    int is_same = same(node, 1, fields, depth);
    Py_DECREF(fields);
    if (is_same != 1 || PyList_Size(node) == 2) return is_same;
    PyObject *extra = extra_of(value);
    is_same = same(node, 2, extra, depth);
    Py_DECREF(extra);
    return is_same;
}

/* Tell whether `value` is what the snapshot `holder[at]` says: 1 or 0, or -1 with an exception. */
static int same(PyObject *holder, Py_ssize_t at, PyObject *value, int depth)
{
    PyObject *known = PyList_GetItem(holder, at);
    if (known == NULL) return -1;
    if (known == value) return 1;
    PyTypeObject *kind = Py_TYPE(value);
    if (PyList_CheckExact(known)) {
        if (depth > MAX_DEPTH || (PyObject *)kind != PyList_GetItem(known, 0)) return 0;
        Py_INCREF(known);
        int is_same = kind == &PyDict_Type                             ? same_dict(known, value, depth + 1)
                      : kind == &PyList_Type || kind == &PyTuple_Type ? same_items(known, value, depth + 1)
                                                                       : same_object(known, value, depth + 1);
        Py_DECREF(known);
        return is_same;
    }
    if (Py_TYPE(known) != kind) return 0;
    int is_same = same_leaf(known, value);
    if (is_same == 1 && length_of(value) <= LARGE_CHARS) { /* of a large one, only what is counted is held */
        Py_INCREF(value);
        if (PyList_SetItem(holder, at, value)) return -1;
    }
    return is_same;
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

static PyObject *looking_freeze(PyObject *module, PyObject *arguments)
{
    PyObject *value;
    Freezing freezing = {NULL, NULL, 0, 0};
    if (!PyArg_ParseTuple(arguments, "OOO", &value, &freezing.modes, &freezing.intern)) return NULL;
    PyObject *frozen = freeze(&freezing, value, 0);
    if (frozen == NULL) return NULL;
    return Py_BuildValue("Nn", frozen, freezing.cost);
}

static PyObject *looking_common(PyObject *module, PyObject *arguments)
{
    PyObject *known, *values, *modes; /* the snapshots say what `modes` said; the twin asks again */
    if (!PyArg_ParseTuple(arguments, "O!O!O", &PyList_Type, &known, &PyList_Type, &values, &modes)) return NULL;
    Py_ssize_t at = 0;
    while (at < PyList_Size(known) && at < PyList_Size(values)) {
        PyObject *value = PyList_GetItem(values, at);
        Py_INCREF(value);
        int is_same = same(known, at, value, 0);
        Py_DECREF(value);
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

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_looking", "The compiled twin of `plain_looking`.", -1, functions, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__looking(void)
{
    PyObject *module = PyModule_Create(&definition);
    if (module == NULL) return NULL;
    extra_name = PyUnicode_InternFromString("__pydantic_extra__");
    sizeof_name = PyUnicode_InternFromString("__sizeof__");
    unfreezable = PyErr_NewException("gradient.runtime.conversations._looking.Unfreezable", NULL, NULL);
    if (extra_name == NULL || sizeof_name == NULL || unfreezable == NULL ||
        PyModule_AddObject(module, "Unfreezable", unfreezable)) {
        Py_DECREF(module);
        return NULL;
    }
    Py_INCREF(unfreezable);
    return module;
}
