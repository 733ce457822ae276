/* Random numbers of a chain: the same stream from the same state, on every machine with IEEE 754 doubles and one libm.
 *
 * Bits: xoshiro256** (Blackman, Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 2021).
 * Normal: ziggurat of 256 layers (Marsaglia, Tsang, "The ziggurat method for generating random variables", J. Stat.
 * Software 2000), with bits for the layer that are not used for the place in it (Doornik 2005).
 * Gamma: Marsaglia, Tsang, "A simple method for generating gamma variables", ACM TOMS 2000.
 */
#ifndef CAMFLIX_RANDOM_H
#define CAMFLIX_RANDOM_H

#include <math.h>
#include <stdint.h>

enum { N_LAYERS = 256 };
#define TAIL_START 3.6541528853610088 /* where the lowest layer's tail begins */
#define LAYER_AREA 0.00492867323399

typedef struct {
    double edge[N_LAYERS + 1]; /* right end of each layer, widest first; edge[0] is that of a rectangle of equal area */
    double inner[N_LAYERS];    /* the share of each layer that lies under the curve over its whole height */
} Ziggurat;

typedef struct {
    uint64_t *state; /* [4], the caller's, so that it is kept from call to call */
    const Ziggurat *ziggurat;
} Random;

static inline double bell(double x) { return exp(-0.5 * x * x); }

static inline void fill_ziggurat(Ziggurat *ziggurat) {
    double *edge = ziggurat->edge;
    edge[0] = LAYER_AREA / bell(TAIL_START);
    edge[1] = TAIL_START;
    for (int k = 2; k < N_LAYERS; k++) {
        edge[k] = sqrt(-2.0 * log(LAYER_AREA / edge[k - 1] + bell(edge[k - 1])));
    }
    edge[N_LAYERS] = 0.0;
    for (int k = 0; k < N_LAYERS; k++) {
        ziggurat->inner[k] = edge[k + 1] / edge[k];
    }
}

static inline uint64_t rotated(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

static inline uint64_t random_bits(Random random) {
    uint64_t *s = random.state;
    const uint64_t result = rotated(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotated(s[3], 45);
    return result;
}

/* Uniform between 0 and 1, neither of which occurs. */
static inline double random_uniform(Random random) {
    return ((double)(random_bits(random) >> 11) + 0.5) * 0x1p-53;
}

/* Normal beyond TAIL_START (Marsaglia 1964). */
static inline double random_tail(Random random) {
    double beyond, y;
    do {
        beyond = -log(random_uniform(random)) / TAIL_START;
        y = -log(random_uniform(random));
    } while (2.0 * y < beyond * beyond);
    return TAIL_START + beyond;
}

/* Normal, mean 0, variance 1. */
static inline double random_normal(Random random) {
    const double *edge = random.ziggurat->edge;
    for (;;) {
        const uint64_t bits = random_bits(random);
        const int layer = (int)(bits & (N_LAYERS - 1));
        const double place = (double)((int64_t)bits >> 11) * 0x1p-52; /* -1 to 1 */
        const double x = place * edge[layer];
        if (fabs(place) < random.ziggurat->inner[layer]) {
            return x;
        }
        if (layer == 0) {
            const double tail = random_tail(random);
            return place < 0.0 ? -tail : tail;
        }
        const double low = bell(edge[layer]), high = bell(edge[layer + 1]);
        if (low + random_uniform(random) * (high - low) < bell(x)) {
            return x;
        }
    }
}

/* Gamma of shape >= 1 and rate 1. */
static inline double random_gamma(Random random, double shape) {
    const double d = shape - 1.0 / 3.0, c = 1.0 / sqrt(9.0 * d);
    for (;;) {
        const double x = random_normal(random), root = 1.0 + c * x;
        if (root <= 0.0) {
            continue;
        }
        const double v = root * root * root;
        if (log(random_uniform(random)) < 0.5 * x * x + d - d * v + d * log(v)) {
            return d * v;
        }
    }
}

#endif
