/* Which of many finished sums are worth a similarity: most pairs of users are nobody's nearest, and are passed over here
 * without a division or a root. A floor is the similarity of somebody's k-th nearest so far.
 */
#ifndef CAMFLIX_CANDIDATES_H
#define CAMFLIX_CANDIDATES_H

#include <math.h>
#include <stdint.h>

#include "clones.h"
#include "packed.h"

enum {
    TESTED = 8, /* users looked at closer if one of them has enough films in common */
};

#define MARGIN 1e-5              /* of a floor; more than rounding in find_candidates, far less than would cost time */
#define SLACK (1.0f / (1 << 22)) /* of a product in it */

/* A floor as find_candidates compares it: squared with its sign, and a little lower. */
static inline float signed_square(double floor) {
    const double lower = floor - MARGIN;
    return (float)(lower * fabs(lower));
}

/* How many films two users must have in common to reach a floor: for |r| <= 1, n / (n + damping) >= floor. */
static inline int32_t least_common(double floor, double damping, int32_t min_common) {
    const double lower = floor - MARGIN;
    if (lower <= 0.0 || lower >= 1.0 - MARGIN) {
        return min_common;
    }
    const double least = ceil(damping * lower / (1.0 - lower));
    return least > min_common ? least < CHUNK ? (int32_t)least : CHUNK : min_common;
}

/* Flag which of n_users have enough films in common with u to be among the nearest of u, or u among theirs. */
CLONES static void find_common(const Word *restrict words, const int32_t *restrict least, int32_t own_least,
                               int32_t n_users, uint8_t *restrict flags) {
    for (int32_t v = 0; v < n_users; v++) {
        flags[v] = (uint8_t)(packed_n(words + 2 * v) >= (least[v] < own_least ? least[v] : own_least));
    }
}

/* Unflag which of TESTED users can't be among the nearest of u, nor u among theirs.
 *
 * With s = r n / (n + damping) and r = covariance / sqrt(dx dy) (dx, dy the variances), s > floor is
 *
 *     covariance n |covariance n| > floor |floor| dx dy (n + damping)^2,
 *
 * for the square with its sign keeps the order of numbers. It is looked at in single precision, and so that rounding
 * flags too many and never too few: the two products in a covariance or variance are each wrong by at most 2 / 2^24 of
 * themselves, so it is taken greater, or less, by twice that (SLACK); the few products after that are covered by the
 * MARGIN of floors. What stays flagged is computed exactly.
 */
CLONES static void find_candidates(const Word *restrict words, const float *restrict floors, float floor, float damping,
                                   uint8_t *restrict flags) {
    float above[TESTED];
    for (int32_t v = 0; v < TESTED; v++) {
        const float n = (float)packed_n(words + 2 * v), x = (float)packed_x(words + 2 * v);
        const float y = (float)packed_y(words + 2 * v), x_x = x * x, y_y = y * y, x_y = x * y;
        const float nxx = n * (float)packed_xx(words + 2 * v), nyy = n * (float)packed_yy(words + 2 * v);
        const float nxy = n * (float)packed_xy(words + 2 * v);
        const float covariance_n = (nxy - x_y + SLACK * (nxy + x_y)) * n;
        const float least_x = nxx - x_x - SLACK * (nxx + x_x), least_y = nyy - y_y - SLACK * (nyy + y_y);
        const float variance_x = least_x > 0.0f ? least_x : 0.0f, variance_y = least_y > 0.0f ? least_y : 0.0f;
        const float lower = floors[v] < floor ? floors[v] : floor, damped = n + damping;
        const float bound = lower * variance_x * variance_y * (damped * damped);
        above[v] = lower < 0.0f ? 0.0f : covariance_n * fabsf(covariance_n) - bound;
    }
    for (int32_t v = 0; v < TESTED; v++) { /* apart, for the compiler then makes vectors of the loop before */
        flags[v] &= (uint8_t)(above[v] >= 0.0f);
    }
}

#endif
