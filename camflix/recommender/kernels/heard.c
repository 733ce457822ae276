/* Whom a person hears, everybody's residuals against theirs; see heard.h. */
#include <stdint.h>

#include "person.cdef"

#include "heard.cdef"

#include "heard.h"

#include "fetch.h"

typedef struct {
    int64_t xy, xx, yy, n;
} WideResidualSums;

int32_t person_wide(void) {
#ifdef WIDE
    return WIDE_HERE();
#else
    return 0;
#endif
}

/* Add films of the person (at most RESIDUAL_CHUNK) to the sums with all who rated them. What one film adds is computed
 * for PIECE raters at a time, as vectors, and then strewn: computed rater by rater, it takes a quarter more time. */
CLONES static void add_residuals(const Share *share, LooseSums *restrict sums, const Columns *columns, int32_t n,
                                 const int32_t *items, const int16_t *residuals, int32_t wide) {
    const int32_t *users = columns->users;
    const int16_t *item_residuals = columns->residuals;
    for (int32_t q = 0; q < n; q++) {
        const Span span = raters_in_share(share, columns, items[q]);
        if (q + 1 < n) {
            const Span next = beginning_of(columns, items[q + 1]);
            FETCH(users + next.begin, users + next.end);
            FETCH(item_residuals + next.begin, item_residuals + next.end);
        }
        for (int64_t begin = span.begin; begin < span.end; begin += PIECE) {
            const int32_t length = (int32_t)(span.end - begin < PIECE ? span.end - begin : PIECE);
            uint64_t increments[PIECE][2];
            increments_of(length, residuals[q], item_residuals + begin, increments, wide);
            for (int32_t j = 0; j < length; j++) {
                sums[users[begin + j]] += *(const LooseSums *)increments[j];
            }
        }
    }
}

/* The sums with everybody of a share in `packed`, or, of a person with more films than RESIDUAL_CHUNK, in `totals`. */
static void add_all_residuals(const Share *share, LooseSums *packed, WideResidualSums *totals, const Columns *columns,
                              int32_t n, const int32_t *items, const int16_t *residuals, int32_t wide) {
    for (int32_t q = 0; q < n; q += RESIDUAL_CHUNK) {
        const int32_t length = smaller(n - q, RESIDUAL_CHUNK);
        add_residuals(share, packed, columns, length, items + q, residuals + q, wide);
        for (int32_t v = share->begin; n > RESIDUAL_CHUNK && v < share->end; v++) {
            totals[v].xy += packed_residual_xy(packed[v]);
            totals[v].xx += (int64_t)(packed[v][1] >> 32);
            totals[v].yy += (int64_t)(packed[v][1] & UINT32_MAX);
            totals[v].n += packed_residual_n(packed[v]);
            packed[v] = (LooseSums){0, 0};
        }
    }
}

/* Put the users of a share on the list, and empty their sums. */
static void hear_packed(const Share *share, LooseSums *sums, const Limits *limits, HeardList *list) {
    int32_t least = limits->min_common;
    for (int32_t begin = share->begin; begin < share->end; begin += PIECE) {
        const int32_t length = smaller(share->end - begin, PIECE);
        hear_some(begin, length, sums, 1, limits, &least, list);
        memset(sums + begin, 0, sizeof *sums * (size_t)length);
    }
}

static void hear_wide(const Share *share, WideResidualSums *totals, const Limits *limits, HeardList *list) {
    for (int32_t v = share->begin; v < share->end; v++) {
        const WideResidualSums s = totals[v];
        const int32_t weight = residual_weight((double)s.xy, (double)s.xx, (double)s.yy, (double)s.n, limits->damping,
                                               limits->min_common);
        if (abs(weight) > list->floor && v != limits->without) {
            list->heard[list->n++] = (Heard){v, weight, (int32_t)s.n};
        }
        if (list->n == 2 * list->most + PIECE) {
            keep_most(list);
        }
        totals[v] = (WideResidualSums){0};
    }
}

int32_t person_heard(const Share *share, const Columns *columns, int32_t n, const int32_t *items,
                     const int16_t *residuals, const Limits *limits, uint64_t *sums, int64_t *totals, int32_t wide,
                     int32_t most, Heard *heard) {
    HeardList list = new_heard_list(most);
    if (list.heard == NULL) {
        return -1;
    }
    add_all_residuals(share, (LooseSums *)sums, (WideResidualSums *)totals, columns, n, items, residuals, wide);
    if (n <= RESIDUAL_CHUNK) {
        hear_packed(share, (LooseSums *)sums, limits, &list);
    } else {
        hear_wide(share, (WideResidualSums *)totals, limits, &list);
    }
    return write_heard(&list, heard);
}

void person_merge_heard(int32_t n_first, const Heard *first, int32_t n_second, const Heard *second, int32_t n,
                        Heard *heard) {
    for (int32_t j = 0, a = 0, b = 0; j < n; j++) {
        /* Who is in the second share has a greater index. */
        const int from_first = b == n_second || (a < n_first && abs(first[a].weight) >= abs(second[b].weight));
        heard[j] = from_first ? first[a++] : second[b++];
    }
}
