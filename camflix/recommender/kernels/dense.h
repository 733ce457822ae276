/* Sums over the films that very many users rated, as products of matrices of bytes.
 *
 * Of such films it is quicker to go through all users, sixteen at a time, than through the list of their raters. For a
 * user's scores x and another's y, with mask 1 where a film was rated and 0 where it was not,
 *
 *     n = sum mask_x mask_y        Sx = sum x mask_y          Sy = sum mask_x y
 *     Sxy = sum x y                Sxx = sum x^2 mask_y       Syy = sum mask_x y^2
 *
 * are six products, each of four films and sixteen users in one instruction (VNNI). For that the factors must be
 * bytes under 128: so they are tenths of scores, where all are tens, as stars and marks are; else it is not done. The
 * sums are whole numbers, and so the same in whatever way they come.
 */
#ifndef CAMFLIX_DENSE_H
#define CAMFLIX_DENSE_H

#include <stdint.h>
#include <string.h>

#include "packed.h"
#include "raters.h"
#include "wide.h"

enum {
    ABREAST = 16,      /* users beside each other */
    TOGETHER = 4,      /* films of one product */
    USERS_A_TIME = 4,  /* of whom the sums are made: as many as registers hold */
    MOST_DENSE = 1024, /* films */
    FEWEST_DENSE = 8,  /* films; for fewer it is not begun */
    DENSE_SHARE = 7,   /* such a film was rated by one of so many users at least */
    SCORE_UNIT = 10,
};

enum { MASK, TENTH, SQUARE, N_MATRICES }; /* what is multiplied */

/* Four films of sixteen users. */
typedef uint8_t Plane[ABREAST][TOGETHER];
typedef Plane Planes[N_MATRICES];

typedef struct {
    int32_t *column; /* [n_items], the place of each such film; for all others that of nothing, in the last step */
    int32_t n_steps; /* of TOGETHER such films; 0 when there are none */
    Planes *planes;  /* [n_blocks, n_steps + 1], filled up with nobody; no product is made of the last step */
    Rows rest;       /* the ratings of all other films */
} Dense;

static inline int32_t n_blocks(int32_t n_users) { return (n_users + ABREAST - 1) / ABREAST; }

/* Find the films. */
static inline void find_dense(Dense *dense, const Rows *rows) {
    int32_t *column = dense->column, n = 0, others = 0;
    memset(column, 0, sizeof(int32_t) * (size_t)rows->n_items);
    const int64_t n_ratings = rows->user_ptr[rows->n_users];
    for (int64_t p = 0; p < n_ratings; p++) {
        others |= rows->scores[p] % SCORE_UNIT;
    }
    for (int64_t p = 0; p < n_ratings; p++) {
        column[rows->items[p]]++;
    }
    for (int32_t i = 0; i < rows->n_items; i++) {
        const int is_dense = (int64_t)DENSE_SHARE * column[i] >= rows->n_users;
        column[i] = is_dense && column[i] > 0 && n < MOST_DENSE ? n++ : -1;
    }
    dense->n_steps = others != 0 || n < FEWEST_DENSE ? 0 : (n + TOGETHER - 1) / TOGETHER;
    for (int32_t i = 0; i < rows->n_items; i++) {
        column[i] = column[i] < 0 ? TOGETHER * dense->n_steps : column[i];
    }
}

/* Part all ratings. planes: zero; the arrays of `rest` are there to be filled. */
static inline void part_ratings(Dense *dense, const Rows *rows, int64_t *rest_ptr, int32_t *rest_items,
                                uint8_t *rest_scores) {
    const int32_t nothing = TOGETHER * dense->n_steps;
    int64_t n = 0;
    dense->rest = (Rows){rows->n_users, rows->n_items, rest_ptr, rest_items, rest_scores, rows->order};
    rest_ptr[0] = 0;
    for (int32_t u = 0; u < rows->n_users; u++) {
        for (int64_t p = rows->user_ptr[u]; p < rows->user_ptr[u + 1]; p++) {
            rest_items[n] = rows->items[p];
            rest_scores[n] = rows->scores[p];
            n += dense->column[rows->items[p]] == nothing;
        }
        rest_ptr[u + 1] = n;
    }
    for (int32_t place = 0; place < rows->n_users; place++) {
        Planes *planes = dense->planes + (int64_t)(place / ABREAST) * (dense->n_steps + 1);
        const int32_t user = place % ABREAST;
        for (int64_t p = row_begin(rows, place); p < row_end(rows, place); p++) {
            const int32_t tenth = rows->scores[p] / SCORE_UNIT, column = dense->column[rows->items[p]];
            Plane *of = planes[column / TOGETHER];
            of[MASK][user][column % TOGETHER] = 1;
            of[TENTH][user][column % TOGETHER] = (uint8_t)tenth;
            of[SQUARE][user][column % TOGETHER] = (uint8_t)(tenth * tenth);
        }
    }
}

#ifdef WIDE
#define DENSE_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,bmi2,popcnt")))
#define DENSE_HERE() __builtin_cpu_supports("avx512vnni")

/* sums += products of four bytes each. What _mm512_dpbusd_epi32 says, of which gcc 12 makes half a dozen copies of the
 * sums between registers and memory. */
#define ADD_PRODUCTS(sums, theirs, own) __asm__("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(theirs), "v"(own))

DENSE_TARGET static inline __m512i four_films_of(const Plane *plane, int32_t user) {
    uint32_t bytes;
    memcpy(&bytes, (*plane)[user], sizeof bytes);
    return _mm512_set1_epi32((int32_t)bytes);
}

/* Eight of sixteen, from the first half or the second, as words. */
#define WORDS(sums, half) _mm512_cvtepi32_epi64(_mm512_extracti64x4_epi64(sums, half))

DENSE_TARGET static inline void pack_eight(__m512i xy, __m512i x, __m512i y, __m512i xx, __m512i yy, __m512i n,
                                           Sums *sums) {
    const __m512i low = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);
    const __m512i high = _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15);
    const __m512i word_0 = _mm512_or_si512(_mm512_slli_epi64(xy, 38), _mm512_or_si512(_mm512_slli_epi64(x, 19), y));
    const __m512i word_1 = _mm512_or_si512(_mm512_slli_epi64(xx, 38), _mm512_or_si512(_mm512_slli_epi64(yy, 12), n));
    _mm512_storeu_si512(sums, _mm512_permutex2var_epi64(word_0, low, word_1));
    _mm512_storeu_si512(sums + 4, _mm512_permutex2var_epi64(word_0, high, word_1));
}

/* Write the sums of four users of a block, from `first` on, with those of their block and of all blocks after it. sums:
 * [USERS_A_TIME, pitch], by place. */
DENSE_TARGET static inline void dense_sums(const Dense *dense, int32_t block, int32_t end_block, int32_t first,
                                           int64_t pitch, Sums *sums) {
    const int32_t n_steps = dense->n_steps;
    const Planes *own = dense->planes + (int64_t)block * (n_steps + 1);
    const __m512i unit = _mm512_set1_epi32(SCORE_UNIT), square = _mm512_set1_epi32(SCORE_UNIT * SCORE_UNIT);
    for (int32_t other = block; other < end_block; other++) {
        const Planes *theirs = dense->planes + (int64_t)other * (n_steps + 1);
        __m512i n[USERS_A_TIME], x[USERS_A_TIME], y[USERS_A_TIME];
        __m512i xy[USERS_A_TIME], xx[USERS_A_TIME], yy[USERS_A_TIME];
#pragma GCC unroll 4
        for (int32_t u = 0; u < USERS_A_TIME; u++) {
            n[u] = x[u] = y[u] = xy[u] = xx[u] = yy[u] = _mm512_setzero_si512();
        }
        for (int32_t s = 0; s < n_steps; s++) {
            const __m512i mask = _mm512_loadu_si512(theirs[s][MASK]), tenth = _mm512_loadu_si512(theirs[s][TENTH]);
            const __m512i squares = _mm512_loadu_si512(theirs[s][SQUARE]);
#pragma GCC unroll 4
            for (int32_t u = 0; u < USERS_A_TIME; u++) {
                const __m512i own_mask = four_films_of(&own[s][MASK], first + u);
                const __m512i own_tenth = four_films_of(&own[s][TENTH], first + u);
                ADD_PRODUCTS(n[u], mask, own_mask);
                ADD_PRODUCTS(y[u], tenth, own_mask);
                ADD_PRODUCTS(yy[u], squares, own_mask);
                ADD_PRODUCTS(x[u], mask, own_tenth);
                ADD_PRODUCTS(xy[u], tenth, own_tenth);
                ADD_PRODUCTS(xx[u], mask, four_films_of(&own[s][SQUARE], first + u));
            }
        }
#pragma GCC unroll 4
        for (int32_t u = 0; u < USERS_A_TIME; u++) {
            const __m512i all_x = _mm512_mullo_epi32(x[u], unit), all_y = _mm512_mullo_epi32(y[u], unit);
            const __m512i all_xy = _mm512_mullo_epi32(xy[u], square);
            const __m512i all_xx = _mm512_mullo_epi32(xx[u], square), all_yy = _mm512_mullo_epi32(yy[u], square);
            Sums *to = sums + u * pitch + (int64_t)ABREAST * other;
            pack_eight(WORDS(all_xy, 0), WORDS(all_x, 0), WORDS(all_y, 0), WORDS(all_xx, 0), WORDS(all_yy, 0),
                       WORDS(n[u], 0), to);
            pack_eight(WORDS(all_xy, 1), WORDS(all_x, 1), WORDS(all_y, 1), WORDS(all_xx, 1), WORDS(all_yy, 1),
                       WORDS(n[u], 1), to + 8);
        }
    }
}
#else
#define DENSE_HERE() 0
#endif

#endif
