"""Values of numpy, pandas and the like tell what they hold, at a bounded cost; no code of derived classes runs."""

import random

import pytest

from gradient.sdk import entrypoint

numpy = pytest.importorskip("numpy", reason="a line of the matrix has it")
SECRET = "Zq8Wn3Lk5Vt7hunter"


@pytest.fixture
def recorded(runtime, read_runs):
    """Return a function that gives a value to an entrypoint and returns what was recorded of it."""

    @entrypoint
    def agent(given):
        return None

    def record(value):
        agent(value)
        return read_runs()[-1]["inputs"]["given"]

    return record


@pytest.mark.parametrize("name", ["bool_", "int8", "uint64", "int64", "float16", "float32", "float64", "str_"])
def test_a_scalar_is_recorded_as_the_value_that_it_is(recorded, name):
    value = getattr(numpy, name)(1)

    assert recorded(value) == value.item()


@pytest.mark.parametrize("text", ["2026-01-01", "2026-01-01T00:00:00.000000001"])
def test_a_time_is_recorded_as_it_is_written(recorded, text):
    assert recorded(numpy.datetime64(text)) == {"$type": "numpy.datetime64", "text": text}


def test_what_is_no_number_of_json_is_recorded_as_text(recorded):
    assert recorded(numpy.float32("nan"))["text"] == "nan"
    assert recorded(numpy.longdouble(3))["text"] == "3.0"
    assert recorded(numpy.complex64(1))["text"] == "(1+0j)"


@pytest.mark.parametrize("seed", range(20))
def test_an_array_tells_its_shape_its_dtype_and_its_first_values(recorded, seed):
    rng = random.Random(seed)
    shape = tuple(rng.randint(0, 9) for _ in range(rng.randint(0, 4)))
    kind = rng.choice(["int16", "float64", "bool", "U3", "datetime64[s]", "object"])
    array = numpy.zeros(shape, kind)

    fields = recorded(array)["fields"]

    assert (tuple(fields["shape"]), fields["dtype"]) == (shape, str(array.dtype))
    told = numpy.array(fields["values"] if "values" in fields else fields["head"]).ravel()
    assert told.size == min(array.size, 16)
    assert [str(each) for each in told] == [str(each) for each in array.ravel()[:16]]


def test_fields_of_a_structured_array_are_withheld_by_their_names(recorded):
    rows = numpy.array([(1, SECRET)] * 40, dtype=[("id", "i4"), ("password", "U20")])

    for value in (rows, rows[:2], rows[0]):
        told = recorded(value)
        assert SECRET not in str(told)
        assert "id" in str(told)


def test_keys_are_recorded_as_what_they_stand_for(recorded):
    assert recorded({numpy.int64(3): "a", numpy.str_("b"): numpy.float32(0.5)}) == {"3": "a", "b": 0.5}


@pytest.mark.parametrize("count", [10**3, 10**7])
def test_of_an_array_no_more_is_recorded_where_it_is_longer(recorded, count):
    assert len(str(recorded(numpy.ones(count)))) < 300


def test_no_code_of_a_class_that_somebody_derived_runs(recorded):
    calls = []

    class Mine(numpy.ndarray):
        def __array_finalize__(self, made_of):
            calls.append("finalize")

        def __getattribute__(self, name):
            calls.append(name)
            return super().__getattribute__(name)

        def __array_function__(self, *args):
            calls.append("function")

    array = numpy.zeros((3, 4)).view(Mine)
    calls.clear()

    told = recorded(array)

    assert told["fields"] == {"shape": [3, 4], "dtype": "float64"}
    assert calls == []


def test_a_frame_tells_its_shape_and_its_columns(recorded):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"amount": range(777), 3: ["x"] * 777, "at": pandas.Timestamp("2026-01-01")})

    fields = recorded(frame)["fields"]

    assert fields["shape"] == [777, 3]
    assert fields["columns"]["amount"] == {"dtype": "int64", "values": [0, 1, 2, 3, 4]}
    assert fields["columns"]["3"]["values"] == ["x"] * 5
    assert fields["columns"]["at"]["values"][0]["text"] == "2026-01-01 00:00:00"


@pytest.mark.parametrize("package", ["pandas", "polars"])
def test_columns_and_series_are_withheld_by_their_names(recorded, package):
    library = pytest.importorskip(package)

    frame = recorded(library.DataFrame({"api_key": [SECRET], "note": [f"password: {SECRET}"], "n": [41]}))
    series = recorded(library.Series(name="password", **{"data" if package == "pandas" else "values": [SECRET]}))

    assert SECRET not in str(frame) + str(series)
    assert frame["fields"]["columns"]["n"]["values"] == [41]
    assert series["fields"]["shape"] == [1]


def test_series_and_indexes_tell_their_first_values_and_make_nothing_of_the_rest(recorded):
    pandas = pytest.importorskip("pandas")
    index = pandas.RangeIndex(10**9)  # as an array of numbers it would take 8 GB

    assert recorded(index)["fields"] == {"shape": [10**9], "name": None, "dtype": "int64", "values": [0, 1, 2, 3, 4]}
    assert recorded(pandas.Series([41, 42], name="n"))["fields"]["values"] == [41, 42]
    assert recorded(pandas.MultiIndex.from_product([[1], ["a"]]))["fields"]["values"] == [[1, "a"]]
    assert recorded(pandas.Categorical(["a"]))["fields"]["values"] == ["a"]


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda pandas: pandas.Timestamp("2026-01-01", tz="UTC"), "2026-01-01 00:00:00+00:00"),
        (lambda pandas: pandas.Timedelta("1s"), "0 days 00:00:01"),
        (lambda pandas: pandas.Period("2026"), "2026"),
        (lambda pandas: pandas.Interval(1, 2), "(1, 2]"),
        (lambda pandas: pandas.NaT, "NaT"),
        (lambda pandas: pandas.NA, "<NA>"),
    ],
)
def test_scalars_of_pandas_are_recorded_as_they_are_written(recorded, make, text):
    assert recorded(make(pytest.importorskip("pandas")))["text"] == text


def test_a_frame_that_somebody_derived_runs_none_of_its_code(recorded):
    pandas = pytest.importorskip("pandas")
    calls = []

    class Mine(pandas.DataFrame):
        @property
        def shape(self):
            calls.append("shape")
            return (0, 0)

        @property
        def columns(self):
            calls.append("columns")

    mine = Mine()
    calls.clear()

    recorded(mine)

    assert calls == []


def test_a_lazy_frame_is_not_collected(recorded):
    polars = pytest.importorskip("polars")
    asked = []
    lazy = polars.LazyFrame({"a": [1]}).map_batches(lambda frame: asked.append(1) or frame)

    assert recorded(lazy)["$type"].endswith("LazyFrame")
    assert asked == []


def test_a_sparse_matrix_tells_its_shape(recorded):
    sparse = pytest.importorskip("scipy.sparse")

    assert recorded(sparse.csr_matrix((10, 20)))["fields"] == {"shape": [10, 20], "dtype": "float64"}
