/* Whom a person hears: correlation of residuals, and those of greatest weight, whichever its sign.
 *
 * The sums of a pair, of residuals x and y from -2,047 to 2,047, in two words again:
 *
 *     word 0    4,096 * sum x y + n          (signed)
 *     word 1    sum x^2 32 bits | sum y^2 32 bits
 *
 * for at most RESIDUAL_CHUNK films: 1,023 * 2,047^2 < 2^32.
 */
#ifndef CAMFLIX_HEARD_H
#define CAMFLIX_HEARD_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "clones.h"
#include "packed.h"
#include "share.h"
#include "wide.h"

enum { RESIDUAL_CHUNK = 1023, MOST_WEIGHT = 65536, DIGIT_BITS = 9, N_DIGITS = 1 << DIGIT_BITS };

static inline int64_t packed_residual_n(LooseSums sums) { return (int64_t)(sums[0] & 4095); }
static inline int64_t packed_residual_xy(LooseSums sums) { return (int64_t)(sums[0] - (sums[0] & 4095)) / 4096; }

/* What a film adds to the sums of its raters; wide: see person_wide. */
static inline void increments_of(int32_t length, int32_t x, const int16_t *y, uint64_t (*increments)[2], int32_t wide) {
#ifdef WIDE
    if (wide) {
        residual_increments_wide(length, x, y, increments);
        return;
    }
#endif
    (void)wide;
    residual_increments(0, length, x, y, increments);
}

/* The same steps as damped_correlation, in 65,536ths and rounded. */
static inline int32_t residual_weight(double xy, double xx, double yy, double n, double damping, double min_common) {
    double r = xy / sqrt(xx * yy);
    r = r < -1.0 ? -1.0 : r;
    r = r > 1.0 ? 1.0 : r;
    const int known = (n >= min_common) & (xx * yy > 0.0);
    return (int32_t)rint((known ? r * (n / (n + damping)) : 0.0) * MOST_WEIGHT);
}

CLONES static void finish_residuals(int32_t n_users, const LooseSums *restrict sums, double damping, double min_common,
                                    int32_t *restrict weights) {
    for (int32_t v = 0; v < n_users; v++) {
        const double n = (double)packed_residual_n(sums[v]), xy = (double)packed_residual_xy(sums[v]);
        const double xx = (double)(int64_t)(sums[v][1] >> 32), yy = (double)(int64_t)(sums[v][1] & UINT32_MAX);
        weights[v] = residual_weight(xy, xx, yy, n, damping, min_common);
    }
}

/* Those of greatest weight so far, and some room. Later users must exceed `floor`, for of equal ones the first stay. */
typedef struct {
    Heard *heard, *sorted; /* [2 * most + PIECE] */
    int32_t n, most, floor;
} HeardList;

/* Sort by one digit of what weights lack of the greatest, stable (Knuth, "Sorting and Searching", section 5.2.5). */
static inline void sort_by_digit(int32_t n, const Heard *heard, int32_t shift, Heard *sorted) {
    int32_t places[N_DIGITS] = {0};
    for (int32_t j = 0; j < n; j++) {
        places[(MOST_WEIGHT - abs(heard[j].weight)) >> shift & (N_DIGITS - 1)]++;
    }
    for (int32_t digit = 0, before = 0; digit < N_DIGITS; digit++) {
        const int32_t here = places[digit];
        places[digit] = before;
        before += here;
    }
    for (int32_t j = 0; j < n; j++) {
        sorted[places[(MOST_WEIGHT - abs(heard[j].weight)) >> shift & (N_DIGITS - 1)]++] = heard[j];
    }
}

/* Sort, and let go who is not among the most. Users came in order, and equal ones stay in it. */
static inline void keep_most(HeardList *list) {
    sort_by_digit(list->n, list->heard, 0, list->sorted);
    sort_by_digit(list->n, list->sorted, DIGIT_BITS, list->heard);
    if (list->n >= list->most) {
        list->n = list->most;
        list->floor = list->most > 0 ? abs(list->heard[list->most - 1].weight) : MOST_WEIGHT;
    }
}

/* Make room: let go whole classes of weights that can't be among the most; where that is not enough, sort. */
static inline void make_room(HeardList *list) {
    int32_t counts[MOST_WEIGHT / N_DIGITS + 1] = {0};
    for (int32_t j = 0; j < list->n; j++) {
        counts[abs(list->heard[j].weight) / N_DIGITS]++;
    }
    int32_t class = MOST_WEIGHT / N_DIGITS, n = 0;
    for (int32_t above = counts[class]; above < list->most; above += counts[class]) {
        class--;
    }
    for (int32_t j = 0; j < list->n; j++) {
        list->heard[n] = list->heard[j];
        n += abs(list->heard[j].weight) >= class * N_DIGITS;
    }
    list->n = n;
    list->floor = class * N_DIGITS - 1 > list->floor ? class * N_DIGITS - 1 : list->floor;
    if (2 * n >= 3 * list->most) {
        keep_most(list);
    }
}

/* As list_some. */
static void hear_some(int32_t begin, int32_t length, const LooseSums *sums, int32_t stride, const Limits *limits,
                      int32_t *least, HeardList *list) {
    LooseSums kept[PIECE];
    int32_t user[PIECE], weights[PIECE], n = 0;
    if (list->n >= 2 * list->most) {
        make_room(list);
    }
    const double damping = limits->damping;
    while (*least <= RESIDUAL_CHUNK && (double)*least / ((double)*least + damping) * MOST_WEIGHT < list->floor) {
        ++*least; /* up to where nobody reaches it: nobody is wanted, say */
    }
    for (int32_t v = begin; v < begin + length; v++) {
        const LooseSums *theirs = sums + (int64_t)stride * v;
        kept[n] = *theirs;
        user[n] = v;
        n += packed_residual_n(*theirs) >= *least;
    }
    finish_residuals(n, kept, damping, limits->min_common, weights);
    const int32_t floor = list->floor;
    int32_t n_heard = list->n;
    for (int32_t j = 0; j < n; j++) {
        list->heard[n_heard] = (Heard){user[j], weights[j], (int32_t)packed_residual_n(kept[j])};
        n_heard += (abs(weights[j]) > floor) & (user[j] != limits->without);
    }
    list->n = n_heard;
}

/* A list for the most who are heard, which can't be made when `heard` is null. */
static HeardList new_heard_list(int32_t most) {
    const size_t room = 2 * (size_t)most + PIECE;
    Heard *heard = malloc(sizeof(Heard) * room * 2);
    return (HeardList){.heard = heard, .sorted = heard == NULL ? NULL : heard + room, .most = most};
}

/* Write those most heard, and let the list go; returns how many there are. */
static int32_t write_heard(HeardList *list, Heard *heard) {
    keep_most(list);
    memcpy(heard, list->heard, sizeof(Heard) * (size_t)list->n);
    free(list->heard);
    return list->n;
}

#endif
