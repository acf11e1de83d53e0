"""Conversions between units; the only place where a factor stands.

References
----------
.. [1] BIPM, "The International System of Units", 9th ed. (2019), table 8: the
   nautical mile is 1852 m by definition, so a knot is 1852/3600 m/s.
"""

__all__ = [
    "KM_PER_NAUTICAL_MILE",
    "SECONDS_PER_HOUR",
    "cm_per_second_to_metres_per_second",
    "cm_to_metres",
    "hours_to_seconds",
    "km_per_hour_to_metres_per_second",
    "km_to_nautical_miles",
    "knots_to_km_per_hour",
    "knots_to_metres_per_second",
    "metres_per_second_to_km_per_hour",
    "metres_per_second_to_knots",
    "metres_to_km",
    "nautical_miles_to_km",
    "seconds_to_hours",
    "square_km_to_square_metres",
    "square_metres_to_square_km",
]

KM_PER_NAUTICAL_MILE = 1.852
SECONDS_PER_HOUR = 3600.0


def knots_to_km_per_hour(speed_kn: float) -> float:
    """Convert knots to km/h."""
    return speed_kn * KM_PER_NAUTICAL_MILE


def knots_to_metres_per_second(speed_kn: float) -> float:
    """Convert knots to m/s."""
    return speed_kn * KM_PER_NAUTICAL_MILE * 1000.0 / SECONDS_PER_HOUR


def metres_per_second_to_km_per_hour(speed_m_s: float) -> float:
    """Convert m/s to km/h."""
    return speed_m_s * SECONDS_PER_HOUR / 1000.0


def metres_per_second_to_knots(speed_m_s: float) -> float:
    """Convert m/s to knots."""
    return speed_m_s * SECONDS_PER_HOUR / (KM_PER_NAUTICAL_MILE * 1000.0)


def km_to_nautical_miles(distance_km: float) -> float:
    """Convert km to nautical miles."""
    return distance_km / KM_PER_NAUTICAL_MILE


def nautical_miles_to_km(distance_nm: float) -> float:
    """Convert nautical miles to km."""
    return distance_nm * KM_PER_NAUTICAL_MILE


def hours_to_seconds(duration_h: float) -> float:
    """Convert hours to seconds."""
    return duration_h * SECONDS_PER_HOUR


def seconds_to_hours(duration_s: float) -> float:
    """Convert seconds to hours."""
    return duration_s / SECONDS_PER_HOUR


def square_metres_to_square_km(area_m2: float) -> float:
    """Convert m2 to km2."""
    return area_m2 * 1e-6


def square_km_to_square_metres(area_km2: float) -> float:
    """Convert km2 to m2."""
    return area_km2 * 1e6


def metres_to_km(length_m: float) -> float:
    """Convert m to km."""
    return length_m / 1000.0


def cm_to_metres(length_cm: float) -> float:
    """Convert cm to m."""
    return length_cm / 100.0


def cm_per_second_to_metres_per_second(speed_cm_s: float) -> float:
    """Convert cm/s to m/s."""
    return cm_to_metres(speed_cm_s)


def km_per_hour_to_metres_per_second(speed_km_h: float) -> float:
    """Convert km/h to m/s."""
    return speed_km_h * 1000.0 / SECONDS_PER_HOUR
