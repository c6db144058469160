"""The judge of duplicates reads a base with its truth and counts what was found."""

from pathlib import Path

from bench.duplicates import judge, truth_bases

ROWS = """kind,truth,last_name,first_name,name,phone,tax_number
person,1,Петров,Иван,,+7 916 123-45-67|+7 495 111-22-33,
person,1,Петроф,Ваня,,89161234567,
person,2,Сидоров,Олег,,+7 916 765-43-21,
person,3,Котова,Анна,,,
person,3,Ким,Нина,,,
organisation,1,,,ООО Ромашка,,7707083893
organisation,1,,,Ромашка,,7707083893
"""


def test_a_base_with_its_truth_is_judged(tmp_path: Path):
    path = tmp_path / "base.csv"
    path.write_text(ROWS, encoding="utf-8")
    bases = truth_bases(path)
    people, organisations = judge(bases["person"]), judge(bases["organisation"])
    assert (people.records, people.true, people.found, people.right) == (5, 2, 1, 1)
    assert people.f1 == 2 / 3
    assert (organisations.f1, organisations.sure, organisations.wrong_sure) == (1.0, 1, 0)
