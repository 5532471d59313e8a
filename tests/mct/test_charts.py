from mct.charts import BOTTOM, HEIGHT, LEFT, WIDTH, columns, share_of
from mct.small_numbers import exact, guarded


def test_pieces_stand_upon_each_other_within_the_drawing():
    drawing = columns([("12 June", [("open", "to be done", exact(3)), ("closed", "closed", exact(1))])])
    lower, upper = drawing.bars
    assert float(lower.y) + float(lower.height) == HEIGHT - BOTTOM
    assert float(upper.y) + float(upper.height) == float(lower.y)
    assert float(lower.height) == 3 * float(upper.height)
    assert (lower.kind, lower.title, upper.title) == ("open", "12 June: to be done, 3", "12 June: closed, 1")
    assert float(lower.x) >= LEFT
    assert float(lower.x) + float(lower.width) <= WIDTH


def test_lines_are_in_steps_that_people_count_in():
    texts = [line.text for line in columns([("a", [("open", "b", exact(37))])]).lines]
    assert texts == ["0", "10", "20", "30", "40"]
    assert [line.text for line in columns([("a", [("open", "b", exact(0))])]).lines] == ["0", "1"]
    assert columns([]).bars == []


def test_nothing_is_drawn_for_none_nor_for_a_few():
    days = [(str(count), [("open", "b", guarded(count))]) for count in range(7)]
    assert [(bar.kind, bar.title) for bar in columns(days).bars] == [("open", "5: b, 10"), ("open", "6: b, 10")]


def test_numbers_of_the_drawing_are_written_with_points_and_days_named_now_and_then():
    drawing = columns([(str(number), [("open", "b", exact(number))]) for number in range(90)])
    assert all("," not in bar.x + bar.y + bar.width + bar.height for bar in drawing.bars)
    assert len(drawing.marks) <= 8


def test_lying_bars_are_measured_by_the_longest():
    numbers = [exact(4), exact(1), exact(0)]
    assert [share_of(number, numbers) for number in numbers] == ["100", "25", "0"]
    assert share_of(exact(0), [exact(0)]) == "0"
