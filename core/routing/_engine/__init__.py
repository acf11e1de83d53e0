"""The search: ruin and recreate, compiled with numba.

Frame and evaluator
-------------------
The frame (``plan``, ``ruin``, ``recreate``, ``improve``, ``cycle``) chooses what to
take out and where to bring in; an evaluator says what that costs. There are two, of
the same three functions:

- ``quick``: travel and service that stand still, no calendars, no soft windows. It
  keeps sums along each trip, so that a place is judged in a few steps.
- ``careful``: everything else (drifting targets, calendars, soft windows). It times
  the rest of the vessel's trips anew, as :func:`core.routing.timing.time_trips` does.

``evaluate.py`` passes each call on. ``world`` is None for the quick evaluator and a
plain tuple of arrays for the careful one, made by ``careful_world(problem)``. Numba
prunes ``if world is None``, so each kind of problem compiles its own evaluator only.

The model, a tuple of arrays over ``n`` nodes and ``m`` vessels (``tables.py``)::

    travel    (1 | m, n, n)  hours; 1e6 where there is no way
    service   (1 | m, n)     hours at a site; zero at ports
    score     (n,)           prize; pinned sites have that of all sites added
    demand    (n,)           kg
    unload    (n,)           hours of a port call
    allowed   (m, n) bool    the vessel may visit the site
    limits    (m, 6)         capacity kg, endurance h, hours until the deadline (from
                             ``ready_h``), ready h, hours spent at sea, kg aboard
    ports     (m, p) int32   nodes where a vessel may unload, -1 fills up
    is_site   (n,) bool      false for starts, ends and ports

A plan, also a tuple of arrays::

    seq       (m, L) int32   nodes of each vessel: its depot, sites and port calls in
                             order, its last node. A node that is no site is a port
                             call and ends a trip.
    length    (m,) int64     nodes used of each row; 2 where the vessel stays
    vessel_of (n,) int32     vessel that visits a site, -1 for none
    cache     (m, L, 4)      what the evaluator keeps for each position; its own
    totals    (m, 2)         score and hours of each vessel; zero where it stays

The three functions, every one with ``model`` and ``plan`` (and ``world`` last in the
careful one):

``update(v, model, plan)``
    Fill ``cache[v]`` and ``totals[v]`` from ``seq[v]``, which keeps every limit.
``scan(v, wanted, n_wanted, blink, rng, best_at, best_how, best_h, best_gain, model,
plan)``
    For each site ``wanted[k]``, ``k < n_wanted``, find its best place in vessel ``v``
    that keeps every limit: ``best_at[v, k]`` the position after which it goes,
    ``best_how[v, k]`` 0 for the site alone, ``1 + 2 q`` for the site and then port
    ``ports[v, q]``, ``2 + 2 q`` for the port and then the site; ``best_h[v, k]`` the
    hours added (infinite where it fits nowhere) and ``best_gain[v, k]`` the score
    added. A place is passed over with probability ``blink`` (``rng``:
    ``random_numbers.uniform``). Which place is best is the evaluator's: most gain for
    an added hour.
``whole(v, nodes, n_nodes, model)`` -> ``(fits, score, hours)``
    Judge any order of nodes for a vessel; nothing is kept.

Whatever a kernel calls lies in this folder (:func:`core.jit.entry`). Functions take
the tuples apart once, before their loops: numba reads an array out of a tuple slowly.
"""

__all__: list[str] = []
