import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.sizing import BudgetError, Overrides, Sizes, size_server


def size(ram_mb: int, *, cores: int = 2, disk_mb: int = 40_000, **overrides: int) -> Sizes:
    return size_server(
        ram_mb=ram_mb,
        cores=cores,
        disk_mb=disk_mb,
        app_workers=2,
        reserve_pool_size=5,
        overrides=Overrides(**overrides),
    )


@pytest.mark.parametrize(
    ("ram_mb", "expected"),
    [
        (2048, (256, 1024, 16, 64, 20)),
        (4096, (1024, 3072, 32, 128, 20)),
        (8192, (2048, 6144, 64, 256, 20)),
    ],
)
def test_sizes_follow_the_ram(ram_mb: int, expected: tuple[int, ...]) -> None:
    sizes = size(ram_mb)
    assert expected == (
        sizes.shared_buffers_mb,
        sizes.effective_cache_size_mb,
        sizes.work_mem_mb,
        sizes.maintenance_work_mem_mb,
        sizes.pool_size,
    )


@pytest.mark.parametrize(("hosted", "nominal"), [(1967, 2048), (3915, 4096)])
def test_a_hosted_server_that_shows_less_gets_its_nominal_sizes(hosted: int, nominal: int) -> None:
    assert size(hosted) == size(nominal)


@given(ram_mb=st.integers(1900, 65_536), cores=st.integers(1, 16), disk_mb=st.integers(5_000, 2_000_000))
def test_the_worst_case_of_every_default_fits_the_ram(ram_mb: int, cores: int, disk_mb: int) -> None:
    try:
        sizes = size(ram_mb, cores=cores, disk_mb=disk_mb)
    except BudgetError:
        assert cores > 4, "only many cores, and with them a large pool, may need more memory"
        return
    assert sum(sizes.worst_case_mb.values()) <= ram_mb
    assert sizes.shared_buffers_mb < sizes.effective_cache_size_mb < ram_mb + 512
    assert sizes.max_connections > sizes.pool_size + sizes.reserve_pool_size


@given(ram_mb=st.integers(1900, 32_768))
def test_more_ram_never_gives_less(ram_mb: int) -> None:
    smaller, larger = dataclasses.asdict(size(ram_mb)), dataclasses.asdict(size(ram_mb + 512))
    for name in ("shared_buffers_mb", "effective_cache_size_mb", "work_mem_mb", "redis_maxmemory_mb"):
        assert smaller[name] <= larger[name], name


@pytest.mark.parametrize(
    "override",
    [
        {"shared_buffers_mb": 384},
        {"effective_cache_size_mb": 1200},
        {"work_mem_mb": 8},
        {"maintenance_work_mem_mb": 32},
        {"pool_size": 10},
        {"redis_maxmemory_mb": 64},
    ],
)
def test_an_override_is_taken_as_it_is(override: dict[str, int]) -> None:
    sizes = dataclasses.asdict(size(2048, **override))
    assert override.items() <= sizes.items()


@pytest.mark.parametrize("override", [{"work_mem_mb": 64}, {"shared_buffers_mb": 1024}, {"pool_size": 100}])
def test_a_budget_over_the_ram_is_refused_with_its_sum(override: dict[str, int]) -> None:
    with pytest.raises(
        BudgetError, match=r"needs \d+ MB but the server has 2048 MB: system \d+ \+ .*work_mem"
    ):
        size(2048, **override)


def test_a_server_of_one_gigabyte_is_refused() -> None:
    with pytest.raises(BudgetError):
        size(1024)
