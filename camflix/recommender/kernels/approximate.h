/* Similarities near enough to tell who can be among somebody's nearest, without a division or a root; and their choice.
 *
 * An approximation is wrong by at most NEARNESS of itself. It stands for no user's similarity, and decides nothing but
 * whose is computed.
 */
#ifndef CAMFLIX_APPROXIMATE_H
#define CAMFLIX_APPROXIMATE_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "clones.h"
#include "packed.h"
#include "pearson.h"
#include "wide.h"

#define NONE (-2.0f)                  /* under any similarity */
#define GUESSED (1.0f / 16)           /* how far a floor may lie from what is guessed */
#define LEAST_STEP (1.0f / (1 << 11)) /* nearer than that a floor is not looked for */
#define NEARNESS (1.0f / (1 << 11))   /* two factors within 2^-14 of theirs, and rounding to single precision */

enum { BLOCK_OF_SUMS = 256 }; /* as many are settled at a time */

/* Copy n sums, and put the approximate similarity of each beside it; NONE where it is null. */
static inline void approximate(int32_t n, const Sums *restrict sums, double damping, double min_common,
                               Sums *restrict copies, float *restrict near) {
    for (int32_t begin = 0; begin < n; begin += BLOCK_OF_SUMS) {
        const int32_t length = n - begin < BLOCK_OF_SUMS ? n - begin : BLOCK_OF_SUMS;
        double similarity[BLOCK_OF_SUMS];
        int32_t n_common[BLOCK_OF_SUMS];
        memcpy(copies + begin, sums + begin, sizeof *sums * (size_t)length);
        finish_pearson(length, (const LooseSums *)(sums + begin), damping, min_common, similarity, n_common);
        for (int32_t j = 0; j < length; j++) {
            near[begin + j] = isnan(similarity[j]) ? NONE : (float)similarity[j];
        }
    }
}

#ifdef WIDE
/* A field of `bits` from `shift` on, as numbers. */
#define FIELD(words, shift, bits)                                                                                      \
    _mm512_cvtepi64_pd(_mm512_and_si512(_mm512_srli_epi64(words, shift), _mm512_set1_epi64((1 << (bits)) - 1)))

WIDE static inline void approximate_wide(int32_t n, const Sums *restrict sums, double damping, double min_common,
                                         Sums *restrict copies, float *restrict near) {
    const __m512d dampings = _mm512_set1_pd(damping), least = _mm512_set1_pd(min_common), zero = _mm512_setzero_pd();
    const __m256i in_order = _mm256_setr_epi32(0, 2, 4, 6, 1, 3, 5, 7);
    int32_t v = 0;
    for (; v + 8 <= n; v += 8) {
        const __m512i first = _mm512_loadu_si512(sums + v), second = _mm512_loadu_si512(sums + v + 4);
        const __m512i word_0 = _mm512_unpacklo_epi64(first, second), word_1 = _mm512_unpackhi_epi64(first, second);
        const __m512d xy = FIELD(word_0, 38, 26), x = FIELD(word_0, 19, 19), y = FIELD(word_0, 0, 19);
        const __m512d xx = FIELD(word_1, 38, 26), yy = FIELD(word_1, 12, 26), common = FIELD(word_1, 0, 12);
        /* Whole numbers below 2^53, and so exact. */
        const __m512d variance_x = _mm512_fnmadd_pd(x, x, _mm512_mul_pd(common, xx));
        const __m512d variance_y = _mm512_fnmadd_pd(y, y, _mm512_mul_pd(common, yy));
        const __m512d covariance = _mm512_fnmadd_pd(x, y, _mm512_mul_pd(common, xy));
        const __m512d r = _mm512_mul_pd(covariance, _mm512_rsqrt14_pd(_mm512_mul_pd(variance_x, variance_y)));
        const __m512d share = _mm512_mul_pd(common, _mm512_rcp14_pd(_mm512_add_pd(common, dampings)));
        const __mmask8 known = _mm512_cmp_pd_mask(common, least, _CMP_GE_OQ) &
                               _mm512_cmp_pd_mask(variance_x, zero, _CMP_GT_OQ) &
                               _mm512_cmp_pd_mask(variance_y, zero, _CMP_GT_OQ);
        const __m256 all = _mm512_cvtpd_ps(_mm512_mask_mul_pd(_mm512_set1_pd(NONE), known, r, share));
        _mm512_storeu_si512(copies + v, first);
        _mm512_storeu_si512(copies + v + 4, second);
        _mm256_storeu_ps(near + v, _mm256_permutevar8x32_ps(all, in_order));
    }
    approximate(n - v, sums + v, damping, min_common, copies + v, near + v);
}

WIDE static inline int32_t reaching_wide(int32_t n, const float *near, float floor, int32_t *places) {
    const __m512 floors = _mm512_set1_ps(floor);
    __m512i place = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    int32_t n_reaching = 0;
    for (int32_t v = 0; v < n; v += AT_ONCE) {
        const __mmask16 here = n - v >= AT_ONCE ? 0xFFFF : (__mmask16)((1 << (n - v)) - 1);
        const __mmask16 reaching =
            _mm512_mask_cmp_ps_mask(here, _mm512_maskz_loadu_ps(here, near + v), floors, _CMP_GE_OQ);
        _mm512_storeu_si512(places + n_reaching, _mm512_maskz_compress_epi32(reaching, place));
        n_reaching += __builtin_popcount(reaching);
        place = _mm512_add_epi32(place, _mm512_set1_epi32(AT_ONCE));
    }
    return n_reaching;
}
#endif

/* The places where n approximations reach a floor; returns how many. places: [n + AT_ONCE]. */
static inline int32_t reaching(int32_t n, const float *near, float floor, int32_t wide, int32_t *places) {
#ifdef WIDE
    if (wide) {
        return reaching_wide(n, near, floor, places);
    }
#endif
    (void)wide;
    int32_t n_reaching = 0;
    for (int32_t v = 0; v < n; v++) {
        places[n_reaching] = v;
        n_reaching += near[v] >= floor;
    }
    return n_reaching;
}

CLONES static int32_t n_from(const float *near, int32_t n, float floor) {
    int32_t n_above = 0;
    for (int32_t v = 0; v < n; v++) {
        n_above += near[v] >= floor;
    }
    return n_above;
}

/* Return a floor that the k nearest of n reach, and few of the others; over NONE where there are no k. It is looked for
 * around a guess first. Counting a row again and again, as vectors, takes a fraction of what a histogram takes.
 *
 * So k approximations reach it, and k similarities do but for an error; and who reaches those, reaches it but for
 * another. */
static inline float floor_under(const float *near, int32_t n, int32_t k, float guess) {
    float low = guess - GUESSED, high = guess + GUESSED;
    int32_t n_low = n_from(near, n, low);
    if (n_low < k || n_from(near, n, high) >= k) {
        low = -1.0f - NEARNESS, high = 1.0f + NEARNESS;
        n_low = n_from(near, n, low);
    }
    while (n_low > k + k / 8 && high - low > LEAST_STEP) {
        const float middle = (low + high) / 2;
        const int32_t n_above = n_from(near, n, middle);
        if (n_above >= k) {
            low = middle;
            n_low = n_above;
        } else {
            high = middle;
        }
    }
    return low;
}

#endif
