"""Is what shares something found, and nothing else?"""

from yisong.registers.looking_up import Index


def test_finds_each_once_and_in_the_order_in_which_it_came() -> None:
    index = Index(["a1", "b2", "a2"], list)

    assert index.find(["2", "a"]) == ["a1", "b2", "a2"]
    assert index.find(["1"]) == ["a1"]
    assert index.find(["c"]) == []


def test_by_nothing_nothing_is_known() -> None:
    """Two that both lack a credit code have none in common."""
    assert Index(["x"], lambda _: [None, ""]).find([None, ""]) == []


def test_what_is_changed_is_found_by_its_old_keys_and_its_new_ones() -> None:
    index: Index[str] = Index()
    number = index.add("old", ["a"])
    index.change(number, "new")
    index.know(number, ["b"])

    assert (index.find(["a"]), index.find(["b"]), index.things) == (["new"], ["new"], ("new",))
