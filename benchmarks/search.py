"""The search over a large workspace: 5,000 touchpoints, 40 maps with texts on their cards, personas, pain points."""

from collections.abc import Iterator

from benchmarks import Result, benchmark, size

BAR = 80
QUESTIONS = {
    "few": "perlimpinpin",
    "many": "livraison",  # a word of one text in ten
    "most": "client",  # of more than one text in four
    "two_words": "livraison téléphone",
    "form": "abonnements",  # found by its stem
    "typing_error": "livraisson",  # only near words
    "two_typing_errors": "livraisson telefone",
    "nothing": "xyzzyx",
}


@benchmark
def search_page() -> Iterator[Result]:
    """Server time p95 of the search page and of the list under the search box (…_options); bar 80 ms."""
    from django.db import connection
    from django.test import Client

    from benchmarks import measured
    from benchmarks._library import library
    from benchmarks._texts import write_texts

    made = library(touchpoints=size("touchpoints", 5000), journeys=size("journeys", 40))
    cards = write_texts(made)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    client = Client()
    client.force_login(made.owner)
    address = f"/w/{made.workspace.slug}/search/"
    for name, question in QUESTIONS.items():
        for suffix, headers in (("", {}), ("_options", {"HX-Request": "true"})):

            def act(question: str = question, headers: dict[str, str] = headers) -> None:
                response = client.get(address, {"q": question}, headers=headers)
                assert response.status_code == 200, response.content[:300]

            times = measured(act, beside=lambda: client.get("/healthz"))
            yield Result(times.p95, "ms", {"bar": BAR, **times.context, "cards": cards}, name=f"search_{name}{suffix}")
    one = {"q": "client", "group": "touchpoints", "page": "9"}
    times = measured(lambda: client.get(address, one), beside=lambda: client.get("/healthz"))
    yield Result(times.p95, "ms", {"bar": BAR, **times.context, "cards": cards}, name="search_one_group_page_9")
