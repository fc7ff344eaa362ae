"""The same grid with numpy: reads what payments weigh and the limits from standard input, prints milliseconds and the best.

One line of numbers: bits, installments at the most, the least installment, what is at hand, how many totals and lines; then a line
with the totals, one with the number of payments each may have, one with what is paid at once, one for each total with its downs, and for
each line of days what can be paid each time, the least count without and with a down payment, how many installments each total may have
by its days, and the sums.
"""

import sys
import time

import numpy as np

rows = [np.array(line.split(), dtype=np.int64) for line in sys.stdin]
bits, count_max, least, at_hand, totals_count, lines_count = (int(number) for number in rows[0])
totals, payments_max, at_once = rows[1], rows[2], rows[3]
downs = rows[4 : 4 + totals_count]
lines = rows[4 + totals_count :]
assert len(lines) == lines_count
heads = np.stack([line[: 3 + totals_count] for line in lines])
sums = np.stack([line[3 + totals_count :] for line in lines])
counts = np.arange(1, count_max + 1, dtype=np.int64)


def search():
    best = at_once
    for place, total in enumerate(totals):
        down = downs[place][:, None, None]
        rest = total - down
        each, odd = np.divmod(rest, counts[None, None, :])
        units = (down << bits) + each * sums[None, :, 1:] + odd * sums[None, :, 1:2]
        may = (each >= least) & (down <= at_hand) & (each + odd <= heads[None, :, 0:1])
        may &= counts >= np.where(down > 0, heads[None, :, 2:3], heads[None, :, 1:2])
        may &= counts <= heads[None, :, 3 + place : 4 + place]
        may &= counts + (down > 0) <= payments_max[place]
        units = units[may]
        if len(units) > 20:
            units = np.partition(units, len(units) - 20)[-20:]
        best = np.concatenate([best, units])
    return np.sort(best)[::-1][:20]


search()
times = []
for _ in range(20):
    began = time.perf_counter()
    found = search()
    times.append(time.perf_counter() - began)
print(min(times) * 1e3, *found)
