/* Taste distance of one person to some users. */
#include <stdint.h>

#include "distances.cdef"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fetch.h"

enum { NO_PERCENTILE = 255, N_SCORES = 101, LEAST_DISTINCT = 5 };

/* As scores.n_common_needed: max(3, min(20, ceil(0.05 min(n, m)))). */
static int64_t n_common_needed(int64_t n, int64_t m) {
    const int64_t share = ((n < m ? n : m) + 19) / 20;
    return share < 3 ? 3 : share > 20 ? 20 : share;
}

/* As percentiles.percentile_rows: (100 L + 50 E) / N of each score that occurs, null with fewer than five different
 * ones. */
static void fill_percentiles(int64_t n, const uint8_t *scores, uint8_t *percentiles) {
    int32_t equal[N_SCORES] = {0};
    int32_t n_distinct = 0;
    int64_t lower = 0;
    for (int64_t p = 0; p < n; p++) {
        equal[scores[p]]++;
    }
    for (int32_t score = 0; score < N_SCORES; score++) {
        if (equal[score]) {
            n_distinct++;
            percentiles[score] = (uint8_t)((100 * lower + 50 * equal[score]) / n);
            lower += equal[score];
        }
    }
    if (n_distinct < LEAST_DISTINCT) {
        memset(percentiles, NO_PERCENTILE, N_SCORES);
    }
}

void percentile_rows(int64_t n_users, const int64_t *user_ptr, const uint8_t *scores, uint8_t *percentiles) {
    for (int64_t u = 0; u < n_users; u++) {
        uint8_t of_score[N_SCORES];
        fill_percentiles(user_ptr[u + 1] - user_ptr[u], scores + user_ptr[u], of_score);
        for (int64_t p = user_ptr[u]; p < user_ptr[u + 1]; p++) {
            percentiles[p] = of_score[scores[p]];
        }
    }
}

void person_distances(const int64_t *user_ptr, const int32_t *items, const uint8_t *percentiles, int32_t n,
                      const int32_t *own_items, const uint8_t *own_scores, int32_t k, const int32_t *users,
                      uint8_t *row, double *distances) {
    uint8_t own[N_SCORES];
    fill_percentiles(n, own_scores, own);
    for (int32_t q = 0; q < n; q++) {
        row[own_items[q]] = own[own_scores[q]];
    }
    for (int32_t j = 0; j < k; j++) {
        const int64_t begin = user_ptr[users[j]], end = user_ptr[users[j] + 1];
        int64_t total = 0, n_common = 0;
        if (j + 1 < k) {
            const int64_t *next = user_ptr + users[j + 1];
            FETCH(items + next[0], items + next[1]);
            FETCH(percentiles + next[0], percentiles + next[1]);
        }
        for (int64_t p = begin; p < end; p++) {
            const int32_t mine = row[items[p]], theirs = percentiles[p];
            const int known = (mine != NO_PERCENTILE) & (theirs != NO_PERCENTILE);
            total += known ? abs(mine - theirs) : 0;
            n_common += known;
        }
        const int enough = n_common >= n_common_needed(n, end - begin);
        distances[j] = enough ? (double)total / (double)n_common : NAN;
    }
    for (int32_t q = 0; q < n; q++) {
        row[own_items[q]] = NO_PERCENTILE;
    }
}
