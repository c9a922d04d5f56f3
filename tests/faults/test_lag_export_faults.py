"""`eventq lag export` while its broker is killed and comes back."""

from tests.consume_harness import eventually
from tests.lag_harness import LagHarness
from tests.lag_scrape import address, scrape
from tests.private_kafka import PrivateKafka


def test_a_broker_that_is_away_leaves_no_series_and_up_0_until_it_is_back(restartable: PrivateKafka) -> None:
    with LagHarness(restartable.bootstrap) as harness:
        harness.commit(100, 60)
        options = ("--port", "0", "--interval", "200ms", "--window", "2s", "--connect-timeout", "2s")
        url = address(harness.start("export", *options))
        lag = ("eventq_group_lag", harness.group)
        eventually(lambda: scrape(url).get(lag) == [({"consumergroup": harness.group}, 40.0)], "it is served")
        harness.disconnect()
        restartable.kill()
        eventually(lambda: scrape(url)["eventq_up", ""] == [({}, 0.0)], "it is down")
        assert {group for _, group in scrape(url)} == {""}
        assert scrape(url)["eventq_sample_errors_total", ""][0][1] > 0
        restartable.up()
        eventually(lambda: lag in scrape(url), "it is served again")
        assert scrape(url)["eventq_up", ""] == [({}, 1.0)]
