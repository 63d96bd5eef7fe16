"""The deterministic small world behind the sandbox. Pure: arrays and frames out, no clock, nothing read but its tables.

Everything follows from ``World(seed)`` and the question. Chance is a hash of (seed, market, quantity, time), so any day
of any year gives the same answer whatever was asked before, and days join without a jump. All of it is invented; only
names and ids of zones, hubs and external interfaces are the publishers' own. Frames carry ``interval_start`` and
``interval_end`` (UTC, microseconds) and are in time order; a market day has 23, 24 or 25 hours. ``market`` is
``nyiso``, ``caiso``, ``pjm`` or ``ercot``; ``run`` is ``day_ahead`` (hourly) or ``real_time`` (5 minutes); ``minutes``
is 5, 15 or 60; forecasts are hourly and issued at 08:00 local time.

| method | columns beside the interval (``-`` before them: the row has no interval) |
| --- | --- |
| ``locations(market)`` | - location, location_type, publisher_id, zones |
| ``zones(market)`` | - zone, publisher_id, load_area, renewable_region, solar_region, latitude, longitude, fleet |
| ``nodes(market, count)`` | - node, publisher_id, zone, fuel_category, capacity_mw, latitude, longitude |
| ``day_ahead_prices(market, day)`` | location, location_type, publisher_id, lmp_usd_per_mwh and its parts |
| ``real_time_prices(market, day, minutes=5)`` | the same |
| ``day_ahead_node_prices(market, day, count)`` | the same, for the first ``count`` nodes |
| ``real_time_node_prices(market, day, count, minutes=5)`` | the same, for the first ``count`` nodes |
| ``ancillary_prices(market, day, run)`` | region, product, price_usd_per_mw |
| ``load(market, day, minutes=5)`` | location (load area), load_mw |
| ``fuel_mix(market, day, minutes=5)`` | fuel_category, generation_mw |
| ``wind_solar(market, day, minutes=60, by=...)`` | location (region or zone), wind_mw, solar_mw |
| ``btm_solar(market, day)``, hourly | location (load area), btm_solar_mw |
| ``storage_fleet(market, day)`` | net_discharge_mw, state_of_charge_mwh, power_ and energy_capacity |
| ``outages(market, day)`` | - unit, zone, fuel_category, outage_type, outage_start, outage_end, capacity_mw, out_mw |
| ``interface_flows(market, day, minutes=5)`` | interface, publisher_id, flow_mw, positive_limit_mw, negative_limit_mw |
| ``interchange(market, day, minutes=5)`` | neighbour, net_import_mw |
| ``constraints(market, day, run)`` | constraint, publisher_id, kind, contingency, flow, limit, shadow price |
| ``load_forecast(market, issue_day, days=6, first=0)``, hourly | issued_at, location, load_mw |
| ``wind_solar_forecast(market, issue_day, days=7, first=0, by=...)`` | issued_at, location, wind_mw, solar_mw |
| ``btm_solar_forecast(market, issue_day, days=1, first=1)`` | issued_at, location, btm_solar_mw |
| ``weather(market, day, minutes=60)`` | location, temperature_c, wind_m_per_s, irradiance_w_per_m2, clearness |
| ``weather_forecast(market, issue_day, days=7, first=0)`` | issued_at and the columns of ``weather`` |
| ``degree_days(market, first, days=1)`` | - day, location, mean_temperature_f, heating_ and cooling_degree_days |
| ``gas(day)``, gas day | hub, region, price_usd_per_mmbtu |
| ``futures_curve(day, months=36)`` | - symbol, hub, contract_month, last_trade_day, prices, volume, open_interest |
| ``gas_storage(week_ending)`` | - region, stock_bcf, net_change_bcf, year_ago_bcf, five_year_average_bcf |
| ``pipeline_flows(gas_day, cycle="TIMELY")`` | - location, direction, operating, scheduled, available_mmbtu |
| ``carbon_prices(day)`` | - day, program, price_usd, unit |
| ``carbon_auctions(year)`` | - program, auction_day, settlement and reserve price, unit, offered and sold allowances |
| ``capacity_auctions(market, year)`` | - auction, area, delivery_begins, delivery_ends, price_usd, unit, cleared_mw |
| ``ftr_auction(market, month)`` | - month, source, sink, period, hedge, cleared_mw, price_usd_per_mw |
| ``rec_issuance(month)`` | - month, generator_id, name, registry, state, fuel, capacity_mw, generation_mwh |

Signs: LMP = energy + congestion + loss to the cent in every row (NYISO's files carry congestion with the other sign,
ERCOT has no loss); net imports and discharge are positive; a shadow price is positive where a positive limit binds.
"""

from market_platform.sandbox.world.world import World

__all__ = ["World"]
