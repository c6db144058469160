"""What the parts of the client base are called."""

from django.utils import translation

from klientura.kernel.objects.registry import shape_of


def test_title_of_a_person_is_their_full_name():
    label = shape_of("person").fields["title"].label
    with translation.override("en"):
        assert str(label) == "full name"
    with translation.override("ru"):
        assert str(label) == "ФИО"
        assert str(shape_of("organisation").fields["title"].label) == "заголовок"


def test_panels_are_named_for_what_stands_in_them():
    with translation.override("ru"):
        assert (
            str(shape_of("organisation").fields["primary_contact"].related)
            == "Организации с этим контактным лицом"
        )
        assert str(shape_of("relation").fields["to_party"].related) == "Кто связан с клиентом"
