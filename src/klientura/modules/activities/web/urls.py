"""Addresses of the timeline and of the calendar of people."""

from django.urls import path

from klientura.modules.activities.web import analysis, entry, home, remarks, timeline
from klientura.modules.activities.web.calendar import (
    acting,
    clashing,
    exchanging,
    finding,
    page,
    people,
    planning,
)
from klientura.modules.activities.web.day import acts
from klientura.modules.activities.web.day import page as day_page

urlpatterns = [
    path("contacts-analysis", analysis.show_report, name="contacts-analysis"),
    path("calendar", page.calendar, name="calendar"),
    path("calendar/people", people.people, name="calendar-people"),
    path("calendar/feed", exchanging.subscription, name="calendar-feed"),
    path("calendar/import", exchanging.take_in, name="calendar-import"),
    path("calendar/event/<number:record_id>/ics", exchanging.one, name="calendar-event-ics"),
    path("feeds/<slug:token>.ics", exchanging.feed, name="calendar-feed-read"),
    path("calendar/remarks", clashing.remarks, name="calendar-remarks"),
    path("calendar/free", finding.free, name="calendar-free"),
    path("calendar/remind/<object:object>/<number:record_id>", planning.remind, name="calendar-remind"),
    path("calendar/event/<number:record_id>", acting.event, name="calendar-event"),
    path("calendar/event/<number:record_id>/change", acting.change, name="calendar-event-change"),
    path("calendar/event/<number:record_id>/back", acting.back_again, name="calendar-event-back"),
    path("calendar/event/<number:record_id>/remove", acting.remove, name="calendar-event-remove"),
    path("calendar/event/<number:record_id>/do/<slug:verb>", acting.act, name="calendar-event-act"),
    path("day", day_page.day, name="day"),
    path("day/focus", acts.order, name="day-focus"),
    path("day/<object:object>/<number:record_id>/put-off", acts.put_off, name="day-put-off"),
    path("day/<object:object>/<number:record_id>/important", acts.mark, name="day-important"),
    path("day/<object:object>/<number:record_id>/focus", acts.pick, name="day-pick"),
    path("day/<object:object>/<number:record_id>/undo", acts.undo, name="day-undo"),
    path("entry", entry.make, name="entry"),
    path("entry/preview", entry.preview, name="entry-preview"),
    path("entry/<object:object>/<number:record_id>/undo", entry.undo, name="entry-undo"),
    path("interaction/<number:record_id>/remarks", remarks.remarks, name="interaction-remarks"),
    path(
        "interaction/<number:record_id>/remarks/<number:comment_id>/open",
        remarks.open_interaction,
        name="interaction-remark-open",
    ),
    path("interaction/<number:record_id>/pin", timeline.pin, name="interaction-pin"),
    path("task/<number:record_id>/done", home.done, name="task-done"),
    path("task/<number:record_id>/not-done", home.not_done, name="task-not-done"),
    path("<object:object>/<number:record_id>/timeline", timeline.write_down, name="timeline"),
    path("<object:object>/<number:record_id>/timeline/more", timeline.more, name="timeline-more"),
]
