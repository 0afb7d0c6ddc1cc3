"""A library of two touchpoints."""

from typing import Any, ClassVar

from tests.base import CastTestCase
from touchpoints import services
from touchpoints.models import Category, Channel, Touchpoint


class LibraryTestCase(CastTestCase):
    page: ClassVar[Touchpoint]
    desk: ClassVar[Touchpoint]

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.page = cls.make("Page produit", "sales", "website", phase="during", owner="E-commerce")
        cls.desk = cls.make("Accueil à l'étage", "service", "shop", phase="after")

    @classmethod
    def make(cls, name: str, category: str, channel: str, **fields: Any) -> Touchpoint:
        return services.touchpoint_create(
            workspace=cls.workspace,
            actor=cls.ed,
            name=name,
            category=cls.category(category),
            channel=cls.channel(channel),
            **fields,
        )

    @classmethod
    def category(cls, code: str) -> Category:
        return Category.objects.get(workspace=cls.workspace, code=code)

    @classmethod
    def channel(cls, code: str) -> Channel:
        return Channel.objects.get(workspace=cls.workspace, code=code)
