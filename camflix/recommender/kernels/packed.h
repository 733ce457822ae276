/* Sums over the films that two users both rated, and Pearson's correlation of them.
 *
 * For users with scores x and y on n common films, correlation needs the six integers
 *
 *     n, Sx = sum x, Sy = sum y, Sxx = sum x^2, Syy = sum y^2, Sxy = sum x y.
 *
 * They are kept in two 64-bit words, so that one common film is one 128-bit addition:
 *
 *     word 0    Sxy 26 bits | Sx  19 bits | Sy 19 bits
 *     word 1    Sxx 26 bits | Syy 26 bits | n  12 bits
 *
 * Scores are 0 to 100. No field overflows into the next while at most CHUNK films are added: 4,095 * 100 < 2^19 and
 * 4,095 * 10,000 < 2^26. Longer rows are added in chunks, each emptied into WideSums. All sums are exact, so their
 * order (and the number of threads) never shows in a result.
 */
#ifndef CAMFLIX_PACKED_H
#define CAMFLIX_PACKED_H

#include <math.h>
#include <stdint.h>

enum { MOST_SCORE = 100, CHUNK = 4095 };

typedef uint64_t Sums __attribute__((vector_size(16))); /* a vector type of gcc and clang, on any processor */

typedef uint64_t LooseSums __attribute__((vector_size(16), aligned(8))); /* in memory of the caller's */

/* INCREMENTS[x][y] is what one common film adds: x y, x, y in word 0 and x^2, y^2, 1 in word 1. In neighbours.c. */
extern const Sums INCREMENTS[MOST_SCORE + 1][MOST_SCORE + 1];

typedef struct {
    int64_t n, x, y, xx, yy, xy;
} WideSums;

/* The two words of a Sums in memory, for loops that the compiler makes vectors of. */
typedef uint64_t Word __attribute__((may_alias));

static inline int32_t packed_xy(const Word *words) { return (int32_t)(words[0] >> 38); }
static inline int32_t packed_x(const Word *words) { return (int32_t)(words[0] >> 19 & ((1 << 19) - 1)); }
static inline int32_t packed_y(const Word *words) { return (int32_t)(words[0] & ((1 << 19) - 1)); }
static inline int32_t packed_xx(const Word *words) { return (int32_t)(words[1] >> 38); }
static inline int32_t packed_yy(const Word *words) { return (int32_t)(words[1] >> 12 & ((1 << 26) - 1)); }
static inline int32_t packed_n(const Word *words) { return (int32_t)(words[1] & ((1 << 12) - 1)); }

static inline WideSums unpacked(Sums packed) {
    const Word words[2] = {packed[0], packed[1]};
    return (WideSums){packed_n(words),  packed_x(words),  packed_y(words),
                      packed_xx(words), packed_yy(words), packed_xy(words)};
}

static inline void add_wide(WideSums *total, Sums part) {
    const WideSums more = unpacked(part);
    total->n += more.n;
    total->x += more.x;
    total->y += more.y;
    total->xx += more.xx;
    total->yy += more.yy;
    total->xy += more.xy;
}

/* The correlation r of two users on their n common films, damped to r n / (n + damping).
 *
 * covariance / sqrt(variance_x * variance_y) is r; the three share one scale factor, which cancels. NaN (null) with
 * fewer than min_common films, or when one of the two gave the same score to all of them. The steps, and so the bits,
 * are those of similarity.damped_correlation in numpy.
 */
static inline double damped_correlation(int64_t covariance, int64_t variance_x, int64_t variance_y, int64_t n,
                                        double damping, int32_t min_common) {
    if (n < min_common || variance_x <= 0 || variance_y <= 0) {
        return NAN;
    }
    double r = (double)covariance / sqrt((double)variance_x * (double)variance_y);
    r = r < -1.0 ? -1.0 : r > 1.0 ? 1.0 : r;
    return r * ((double)n / ((double)n + damping));
}

/* Damped Pearson correlation: Herlocker, Konstan, Borchers, Riedl, "An algorithmic framework for performing
 * collaborative filtering", SIGIR 1999; n / (n + damping) from Bell, Koren, "Scalable collaborative filtering with
 * jointly derived neighborhood interpolation weights", ICDM 2007.
 */
static inline double damped_pearson(WideSums s, double damping, int32_t min_common) {
    return damped_correlation(s.n * s.xy - s.x * s.y, s.n * s.xx - s.x * s.x, s.n * s.yy - s.y * s.y, s.n, damping,
                              min_common);
}

#endif
