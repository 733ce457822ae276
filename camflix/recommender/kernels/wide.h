/* Steps that the compiler makes no vectors of, or poor ones: keeping a few of many, and what one film adds to the sums
 * of its raters. Each is written plainly, and once more with vectors of 512 bits, which give the same; which of the two
 * serves is asked of the processor.
 *
 * Two of the wide ones look flags and ranks up sixteen at a time ("gather"). Many older processors had to be taught to
 * do that slowly (Downfall, CVE-2022-40982); asking for BF16 leaves out all of them but Cooper Lake.
 */
#ifndef CAMFLIX_WIDE_H
#define CAMFLIX_WIDE_H

#include <stdint.h>

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12 && defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
#include <immintrin.h>
#define WIDE __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,bmi2,popcnt")))
#define WIDE_HERE()                                                                                                    \
    (__builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && \
     __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt"))
#endif

enum { RESIDUAL_BITS = 12 }; /* of a rating in packed_rows; the item stands above */

static inline int32_t packed_item(uint32_t row) { return (int32_t)(row >> RESIDUAL_BITS); }

/* Residuals are -2,047 to 2,047. */
static inline int32_t packed_residual(uint32_t row) {
    return (int32_t)(row & ((1 << RESIDUAL_BITS) - 1)) - (1 << (RESIDUAL_BITS - 1));
}

enum { AT_ONCE = 16 }; /* so many more places than are asked for may be written by a step */

/* Copy the ratings (of packed_rows) whose items are open; returns how many. open: three bytes longer than there are
 * items, for four bytes are looked at. spoken: AT_ONCE longer than `length`. */
static inline int32_t open_of(int32_t length, const uint32_t *rows, const uint8_t *open, uint32_t *spoken) {
    int32_t n = 0;
    for (int32_t j = 0; j < length; j++) {
        spoken[n] = rows[j];
        n += open[packed_item(rows[j])];
    }
    return n;
}

/* The places of users whose rank is `walked` to walked + n_ranks - 1, as keys: rank less `walked` in the upper half,
 * place in the lower. keys: AT_ONCE longer than `length`. Returns how many. */
static inline int64_t ranked_of(int64_t begin, int64_t length, const int32_t *users, const int32_t *rank,
                                int32_t walked, uint32_t n_ranks, uint64_t *keys, int64_t n) {
    for (int64_t j = begin; j < length; j++) {
        const uint32_t from = (uint32_t)(rank[users[j]] - walked); /* wraps: who has spoken */
        keys[n] = (uint64_t)from << 32 | (uint64_t)j;
        n += from < n_ranks;
    }
    return n;
}

/* What a film adds to the packed sums (person.c) of its raters: the person's residual is x, theirs are y. */
static inline void residual_increments(int32_t begin, int32_t length, int32_t x, const int16_t *y,
                                       uint64_t (*increments)[2]) {
    const uint64_t xx = (uint64_t)(x * x) << 32;
    for (int32_t j = begin; j < length; j++) {
        increments[j][0] = (uint64_t)((int64_t)(x * y[j]) * 4096 + 1);
        increments[j][1] = xx + (uint64_t)(y[j] * y[j]);
    }
}

#ifdef WIDE
WIDE static inline void residual_increments_wide(int32_t length, int32_t x, const int16_t *y,
                                                 uint64_t (*increments)[2]) {
    const __m512i xs = _mm512_set1_epi64((int64_t)x * 4096), xx = _mm512_set1_epi64((int64_t)(x * x) << 32);
    const __m512i one = _mm512_set1_epi64(1);
    const __m512i low = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);
    const __m512i high = _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15);
    int32_t j = 0;
    for (; j + 8 <= length; j += 8) {
        const __m512i ys = _mm512_cvtepi16_epi64(_mm_loadu_si128((const __m128i *)(y + j)));
        const __m512i first = _mm512_add_epi64(_mm512_mul_epi32(ys, xs), one);
        const __m512i second = _mm512_add_epi64(_mm512_mul_epi32(ys, ys), xx);
        _mm512_storeu_si512(increments[j], _mm512_permutex2var_epi64(first, low, second));
        _mm512_storeu_si512(increments[j + 4], _mm512_permutex2var_epi64(first, high, second));
    }
    residual_increments(j, length, x, y, increments);
}

WIDE static inline int32_t open_of_wide(int32_t length, const uint32_t *rows, const uint8_t *open, uint32_t *spoken) {
    const __m512i flag = _mm512_set1_epi32(255);
    int32_t n = 0;
    for (int32_t j = 0; j < length; j += AT_ONCE) {
        const __mmask16 here = length - j >= AT_ONCE ? 0xFFFF : (__mmask16)((1 << (length - j)) - 1);
        const __m512i row = _mm512_maskz_loadu_epi32(here, rows + j);
        const __m512i flags = _mm512_i32gather_epi32(_mm512_srli_epi32(row, RESIDUAL_BITS), open, 1);
        const __mmask16 kept = _mm512_mask_test_epi32_mask(here, flags, flag);
        _mm512_storeu_si512(spoken + n, _mm512_maskz_compress_epi32(kept, row));
        n += __builtin_popcount(kept);
    }
    return n;
}

WIDE static inline int64_t ranked_of_wide(int64_t length, const int32_t *users, const int32_t *rank, int32_t walked,
                                          uint32_t n_ranks, uint64_t *keys) {
    const __m512i first = _mm512_set1_epi32(walked), end = _mm512_set1_epi32((int32_t)n_ranks);
    __m512i place = _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7);
    int64_t n = 0, j = 0;
    for (; j + AT_ONCE <= length; j += AT_ONCE) {
        const __m512i ranks = _mm512_i32gather_epi32(_mm512_loadu_si512(users + j), rank, 4);
        const __m512i from = _mm512_sub_epi32(ranks, first);
        const uint32_t kept = _mm512_cmplt_epu32_mask(from, end);
        if (kept) {
            const __m512i low = _mm512_cvtepu32_epi64(_mm512_castsi512_si256(from));
            const __m512i high = _mm512_cvtepu32_epi64(_mm512_extracti64x4_epi64(from, 1));
            const __m512i later = _mm512_add_epi64(place, _mm512_set1_epi64(8));
            const __m512i low_keys = _mm512_or_si512(_mm512_slli_epi64(low, 32), place);
            const __m512i high_keys = _mm512_or_si512(_mm512_slli_epi64(high, 32), later);
            _mm512_storeu_si512(keys + n, _mm512_maskz_compress_epi64((__mmask8)kept, low_keys));
            n += __builtin_popcount(kept & 255);
            _mm512_storeu_si512(keys + n, _mm512_maskz_compress_epi64((__mmask8)(kept >> 8), high_keys));
            n += __builtin_popcount(kept >> 8);
        }
        place = _mm512_add_epi64(place, _mm512_set1_epi64(AT_ONCE));
    }
    return ranked_of(j, length, users, rank, walked, n_ranks, keys, n);
}
#endif

#endif
