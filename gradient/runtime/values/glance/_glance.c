/* A glance at values, and at their JSON, before they are recorded. The twin of `plain_glance.py`.

It runs at the start and at the end of every execution. No code of the user's runs: exact types only.
*/
#define Py_LIMITED_API 0x030A0000
#include <Python.h>
#include <math.h>
#include <string.h>

#define DEEPEST 400 /* each level takes room on the C stack */
#define SLOT_BYTES 8
#define FEWEST_CHARS 64 /* of a file as base64 */

typedef struct {
    PyObject *ordinary, *learn; /* keys that are known to be ordinary, and who tells of another one */
    Py_ssize_t max_items, max_depth, room, max_chars, run_chars;
} Limits;

/* ── base64 in the middle of a text ───────────────────────────────────────────────────────────────────────────── */

/* Lines of base64 end, too. */
static int is_base64(unsigned char c)
{
    return (unsigned char)((c | 32) - 'a') < 26 || (unsigned char)(c - '0') < 10 || c == '+' || c == '/' || c == '-' ||
           c == '_' || c == '=' || c == '\n' || c == '\r';
}

/* Tell whether there is a run of so many characters: it would cover one of the places that are looked at. */
static int holds_run(const char *text, Py_ssize_t size, Py_ssize_t run)
{
    for (Py_ssize_t at = run - 1; at < size; at += run) {
        Py_ssize_t begin = at + 1, end = at;
        while (begin > 0 && at - begin < run && is_base64(text[begin - 1])) begin--;
        while (end < size && end - begin < run && is_base64(text[end])) end++;
        if (end - begin >= run) return 1;
    }
    return 0;
}

/* Tell whether there is such a run, or the beginning of a file; -1 with an exception where it is no proper text. */
static int may_be_base64(PyObject *text, Py_ssize_t run)
{
    Py_ssize_t size = PyUnicode_GetLength(text);
    if (size < run && size < FEWEST_CHARS) return 0;
    const char *utf8 = PyUnicode_AsUTF8AndSize(text, &size);
    if (utf8 == NULL) return -1;
    return strncmp(utf8, "iVBORw0KGg", 10) == 0 || strncmp(utf8, "JVBERi0", 7) == 0 || strncmp(utf8, "R0lGOD", 6) == 0 ||
           holds_run(utf8, size, run);
}

/* ── values ───────────────────────────────────────────────────────────────────────────────────────────────────── */

static int is_plain(Limits *limits, PyObject *value, Py_ssize_t depth);

static int is_plain_text(Limits *limits, PyObject *text)
{
    Py_ssize_t size = PyUnicode_GetLength(text);
    limits->room -= size;
    if (size > limits->max_chars || limits->room < 0) return 0;
    int may = may_be_base64(text, limits->run_chars);
    return may < 0 ? -1 : !may;
}

/* A long one takes time in proportion to the square of its digits. */
static int is_short_integer(PyObject *value)
{
    int overflow;
    PyLong_AsLongLongAndOverflow(value, &overflow);
    return overflow == 0;
}

static int is_ordinary(Limits *limits, PyObject *key)
{
    if (!PyUnicode_CheckExact(key)) return 0;
    int known = PySet_Contains(limits->ordinary, key);
    if (known) return known;
    PyObject *told = PyObject_CallFunctionObjArgs(limits->learn, key, NULL);
    if (told == NULL) return -1;
    int is_true = told == Py_True;
    Py_DECREF(told);
    return is_true;
}

static int is_plain_dict(Limits *limits, PyObject *value, Py_ssize_t depth)
{
    Py_ssize_t at = 0;
    PyObject *key, *item;
    while (PyDict_Next(value, &at, &key, &item)) {
        Py_INCREF(key);
        Py_INCREF(item);
        int plain = is_ordinary(limits, key);
        if (plain == 1) plain = is_plain(limits, item, depth);
        Py_DECREF(key);
        Py_DECREF(item);
        if (plain != 1) return plain;
    }
    return 1;
}

static int is_plain_sequence(Limits *limits, PyObject *value, Py_ssize_t depth)
{
    int is_list = PyList_CheckExact(value);
    for (Py_ssize_t at = 0; at < (is_list ? PyList_Size(value) : PyTuple_Size(value)); at++) {
        PyObject *item = is_list ? PyList_GetItem(value, at) : PyTuple_GetItem(value, at);
        if (item == NULL) return -1;
        Py_INCREF(item);
        int plain = is_plain(limits, item, depth);
        Py_DECREF(item);
        if (plain != 1) return plain;
    }
    return 1;
}

/* Tell whether a value may be encoded as it stands: 1 or 0, or -1 with an exception. */
static int is_plain(Limits *limits, PyObject *value, Py_ssize_t depth)
{
    if (PyUnicode_CheckExact(value)) return is_plain_text(limits, value);
    if (value == Py_None || PyBool_Check(value)) return 1;
    if (PyLong_CheckExact(value)) return is_short_integer(value);
    if (PyFloat_CheckExact(value)) return isfinite(PyFloat_AsDouble(value)) != 0; /* NaN is no JSON */
    int is_dict = PyDict_CheckExact(value);
    if (!is_dict && !PyList_CheckExact(value) && !PyTuple_CheckExact(value)) return 0;
    Py_ssize_t size = is_dict ? PyDict_Size(value) : PyObject_Size(value);
    limits->room -= SLOT_BYTES * size;
    if (size > limits->max_items || limits->room < 0 || ++depth > limits->max_depth || depth > DEEPEST) return 0;
    return is_dict ? is_plain_dict(limits, value, depth) : is_plain_sequence(limits, value, depth);
}

/* ── their JSON ───────────────────────────────────────────────────────────────────────────────────────────────── */

static int ends(const char *json, const char *end, const char *word)
{
    Py_ssize_t length = (Py_ssize_t)strlen(word);
    return end - json >= length && memcmp(end - length, word, length) == 0;
}

static int names_media(const char *json, Py_ssize_t size)
{
    const char *end = json + size, *found;
    for (found = json; (found = memchr(found, '"', end - found)) != NULL; found++) {
        if (ends(json, found, "base64") || ends(json, found, "b64") || ends(json, found, "b64_json") ||
            ends(json, found, "file_data") || ends(json, found, "mime_type") || ends(json, found, "media_type") ||
            ends(json, found, "mimeType") || ends(json, found, "mediaType"))
            return 1;
    }
    for (found = json; (found = memchr(found, ',', end - found)) != NULL; found++)
        if (ends(json, found, ";base64")) return 1;
    return 0;
}

/* ── the module ───────────────────────────────────────────────────────────────────────────────────────────────── */

static PyObject *answer(int plain) { return plain < 0 ? NULL : PyBool_FromLong(plain); }

static PyObject *glance_is_plain(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    if (count != 8 || !PyAnySet_Check(arguments[0])) {
        return PyErr_Format(PyExc_TypeError, "is_plain(ordinary, learn, 5 limits, value) is called with %zd", count);
    }
    Limits limits = {
        arguments[0], arguments[1],
        PyLong_AsSsize_t(arguments[2]), PyLong_AsSsize_t(arguments[3]), PyLong_AsSsize_t(arguments[4]),
        PyLong_AsSsize_t(arguments[5]), PyLong_AsSsize_t(arguments[6]),
    };
    return PyErr_Occurred() ? NULL : answer(is_plain(&limits, arguments[7], 0));
}

static PyObject *glance_may_be_base64(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    if (count != 2 || !PyUnicode_Check(arguments[0])) return PyErr_Format(PyExc_TypeError, "a text and a number");
    Py_ssize_t run = PyLong_AsSsize_t(arguments[1]);
    return PyErr_Occurred() ? NULL : answer(may_be_base64(arguments[0], run));
}

static PyObject *glance_names_media(PyObject *module, PyObject *json)
{
    char *bytes;
    Py_ssize_t size;
    return PyBytes_AsStringAndSize(json, &bytes, &size) ? NULL : PyBool_FromLong(names_media(bytes, size));
}

static PyMethodDef functions[] = {
    {"is_plain", (PyCFunction)(void (*)(void))glance_is_plain, METH_FASTCALL,
     "is_plain(ordinary, learn, max_items, max_depth, max_bytes, max_chars, run_chars, value) -> bool"},
    {"may_be_base64", (PyCFunction)(void (*)(void))glance_may_be_base64, METH_FASTCALL, "may_be_base64(text, run_chars) -> bool"},
    {"names_media", glance_names_media, METH_O, "names_media(json) -> bool"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_glance", "The compiled twin of `plain_glance`.", -1, functions, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__glance(void) { return PyModule_Create(&definition); }
