"""Relations told one after the other, and whether the second ends the first. Labels are a model's own, of no table."""

from __future__ import annotations

from typing import NamedTuple


class Conflict(NamedTuple):
    """Two triplets of one subject; *ends*: the first is obsolete."""

    first: tuple[str, str, str]
    then: tuple[str, str, str]
    ends: bool


def _cases(
    label: str, one: str, other: str, *, ends: bool, then: str = "", subjects: str = "Ana"
) -> list[Conflict]:
    return [
        Conflict((subject, label, one), (subject, then or label, other), ends) for subject in subjects.split()
    ]


CONFLICTS = [
    *_cases("drives", "Fiat", "Tesla", ends=True, subjects="Ana Ben Carla"),
    *_cases("plays_for", "Benfica", "Porto United", ends=True, subjects="Ana Diogo"),
    *_cases("leads", "Sales", "Marketing", ends=True, subjects="Ana Ben"),
    *_cases("has_age", "34", "35", ends=True, subjects="Ana Ben"),
    *_cases("reports_to", "Carla", "Diogo", ends=True, subjects="Ana Ben"),
    *_cases("managed_by", "Carla", "Eva", ends=True),
    *_cases("banks_with", "Sol Bank", "Lua Bank", ends=True, subjects="Ana Ben"),
    *_cases("insured_by", "Acme", "Globex", ends=True),
    *_cases("trains_at", "Iron Gym", "Stone Gym", ends=True),
    *_cases("rents_from", "Rui", "Hugo", ends=True),
    *_cases("engaged_to", "Rui", "Rui", ends=True, then="married_to"),
    *_cases("single_status", "single", "Rui", ends=True, then="married_to"),
    *_cases("works_with", "Initech", "Initech", ends=True, then="left"),
    *_cases("smokes", "cigarettes", "cigarettes", ends=True, then="quit"),
    *_cases("avoids", "meat", "meat", ends=True, then="eats_again"),
    *_cases("coached_by", "Nuno", "Petra", ends=True, subjects="Ana Diogo"),
    *_cases("phone_plan", "Basic", "Premium", ends=True),
    *_cases("desk_at", "Floor 2", "Floor 5", ends=True),
    *_cases("studies_under", "Dr Melo", "Dr Reis", ends=True),
    *_cases("house_painted", "blue", "green", ends=True),
    *_cases("uses_phone", "Pixel", "Fairphone", ends=True, subjects="Ana Ben"),
    *_cases("tenant_of", "Casa Sol", "Casa Lua", ends=True),
    *_cases("likes", "tea", "coffee", ends=False, subjects="Ana Ben"),
    *_cases("knows", "Carla", "Diogo", ends=False, subjects="Ana Ben"),
    *_cases("plays", "chess", "tennis", ends=False, subjects="Ana Ben"),
    *_cases("speaks_well", "Greek", "Turkish", ends=False),
    *_cases("has_friend", "Eva", "Rui", ends=False),
    *_cases("drives", "Fiat", "Rui", ends=False, then="teaches"),
    *_cases("leads", "Sales", "Carla", ends=False, then="mentors"),
    *_cases("read", "Middlemarch", "Emma", ends=False, subjects="Ana Ben"),
    *_cases("travelled_to", "Norway", "Chile", ends=False),
    *_cases("collects", "stamps", "coins", ends=False),
    *_cases("plays_for", "Benfica", "Red Cross", ends=False, then="volunteers_for"),
    *_cases("has_age", "34", "Faro", ends=False, then="grew_up_in"),
    *_cases("cooks", "curry", "risotto", ends=False),
    *_cases("supports", "Benfica", "Greenpeace", ends=False),
    *_cases("wrote", "a novel", "a play", ends=False),
    *_cases("keeps", "bees", "hens", ends=False, subjects="Ana Ben"),
    *_cases("sings_in", "Coro Azul", "Coro Verde", ends=False),
    *_cases("subscribes_to", "Expresso", "Sol", ends=False),
    *_cases("admires", "Curie", "Noether", ends=False),
    *_cases("repairs", "radios", "clocks", ends=False),
    *_cases("grows", "tomatoes", "beans", ends=False, subjects="Ana Ben"),
    *_cases("climbed", "Pico", "Larouco", ends=False),
    *_cases("uses_app", "Strava", "Notion", ends=False),
]  # fmt: skip
