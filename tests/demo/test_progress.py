from io import StringIO

from district.demo.progress import ProgressBar, ProgressLines, meter_for


class TerminalOutput(StringIO):
    def isatty(self):
        return True


def test_a_program_reads_a_line_for_every_five_percent():
    out = StringIO()
    meter = meter_for(out)

    meter.begin(200)
    meter.phase("a year")
    for _ in range(200):
        meter.step()
    meter.end("done")

    lines = out.getvalue().splitlines()
    assert lines[0] == "  0 %  a year"
    assert lines[1] == "  5 %  a year"
    assert lines[-2:] == ["100 %  a year", "done"]
    assert len(lines) == 22


def test_a_large_step_is_one_line():
    out = StringIO()
    meter = ProgressLines(out)

    meter.begin(10)
    meter.step(7)
    meter.step(3)

    assert out.getvalue().splitlines() == [" 70 %  ", "100 %  "]


def test_what_comes_before_anything_can_be_counted_is_told_at_once():
    out = StringIO()
    meter = ProgressLines(out)

    meter.phase("a plan is drawn up")
    meter.begin(1)
    meter.phase("a year")

    assert out.getvalue() == "a plan is drawn up\n"


def test_a_person_sees_a_bar():
    assert isinstance(meter_for(TerminalOutput()), ProgressBar)
