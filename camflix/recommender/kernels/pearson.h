/* Damped Pearson correlation of many packed sums. */
#ifndef CAMFLIX_PEARSON_H
#define CAMFLIX_PEARSON_H

#include <math.h>
#include <stdint.h>

#include "clones.h"
#include "packed.h"

/* similarity (NaN where null) and n_common of n packed sums; the steps of damped_pearson, several users at a time: the
 * integers are below 2^53, so exact in doubles. */
CLONES static void finish_pearson(int32_t n_users, const LooseSums *restrict sums, double damping, double min_common,
                                  double *restrict similarity, int32_t *restrict n_common) {
    const Word *words = (const Word *)sums;
    for (int32_t v = 0; v < n_users; v++) {
        const double xy = packed_xy(words + 2 * v), x = packed_x(words + 2 * v), y = packed_y(words + 2 * v);
        const double xx = packed_xx(words + 2 * v), yy = packed_yy(words + 2 * v), n = packed_n(words + 2 * v);
        const double variances = (n * xx - x * x) * (n * yy - y * y);
        double r = (n * xy - x * y) / sqrt(variances);
        r = r < -1.0 ? -1.0 : r;
        r = r > 1.0 ? 1.0 : r;
        const int known = (n >= min_common) & (variances > 0.0);
        similarity[v] = known ? r * (n / (n + damping)) : (double)NAN;
        n_common[v] = packed_n(words + 2 * v);
    }
}

#endif
