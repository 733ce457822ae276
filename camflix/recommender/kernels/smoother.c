/* Serving a factor model (factors.c) so that each prediction is a sum over the person's own films.
 *
 * What is served is linear in the person's ratings, so that it can be told film by film. Given one sample s of what all
 * others decide (item vectors b, shared weights y, w, and the prior m, l of p), a person's vector has a normal
 * distribution, and its mean is the ridge
 *
 *     a = m + A^-1 [ |N|^-1/2 sum_{i in N} L y(i) + sum_{i in N} weight_i b(i) (z_i - expected_i) ]
 *     A = L + sum_{i in N} weight_i b(i) b(i)',     L = diag(l),     expected_i = w + b_0(i) + m'b(i)
 *
 * where b(i) = (1, b_1(i), .., b_rank(i)) and weight_i = alpha beta(i), posterior means. The prediction is the mean
 * over the samples of w + b_0(j) + a'b(j): a sum over the person's own films, each once with its rating and once because
 * it was chosen at all.
 *
 * LANES samples are computed side by side, each in the same steps whatever the processor; sums over samples run in the
 * order of samples. So one item, a catalogue and a receipt have the same bits.
 */
#include <stdint.h>

#include "smoother.cdef"

#include <math.h>
#include <string.h>

#include "clones.h"

enum {
    LANES = 8,
    MOST_COORDINATES = 64, /* checked by the caller */
    MOST_SAMPLES = 128,
};

typedef double Lanes[LANES];
#define ALIGNED __attribute__((aligned(sizeof(Lanes)))) /* each lies in one line of memory */

/* The same as vectors of the processor's, where gcc 12 does not see that they are: for a whole catalogue, and for what
 * each own film does.
 */
typedef int16_t StoredLanes __attribute__((vector_size(16), aligned(2)));
typedef int32_t WholeLanes __attribute__((vector_size(32), aligned(4)));
typedef double VectorLanes __attribute__((vector_size(64), aligned(8)));

enum {
    LINE = 64 / sizeof(int16_t), /* numbers that the processor fetches from memory at a time */
    AHEAD = 2,                   /* items; in a large catalogue hardly any is where the processor would look for it */
};

/* The place of element (row, column) in the lower triangle of a matrix, kept row after row. */
static inline int64_t triangle(int64_t row, int64_t column) { return row * (row + 1) / 2 + column; }

static inline void read_coordinates(const int16_t *stored, const double *units, int64_t n, Lanes *restrict read) {
    for (int64_t f = 0; f < n; f++) {
        for (int k = 0; k < LANES; k++) {
            read[f][k] = (double)stored[f * LANES + k] * units[f * LANES + k];
        }
    }
}

/* Where the numbers of an item's block, or of a block that is common to all items, begin. */
static inline int64_t item_block(const SmootherSamples *samples, int64_t item, int64_t block) {
    return (item * samples->n_blocks + block) * samples->n_coordinates * LANES;
}

static inline int64_t block_start(const SmootherSamples *samples, int64_t block) {
    return block * samples->n_coordinates * LANES;
}

/* b of an item, with 1 in coordinate 0; its own coordinate 0 goes to `bias`. */
static inline void read_item(const SmootherSamples *samples, int64_t item, int64_t block, Lanes *restrict b,
                             double *restrict bias) {
    read_coordinates(samples->item_vectors + item_block(samples, item, block),
                     samples->vector_units + block_start(samples, block), samples->n_coordinates, b);
    for (int k = 0; k < LANES; k++) {
        bias[k] = b[0][k];
        b[0][k] = 1.0;
    }
}

/* Have one block of an item fetched from memory, which takes longer than to compute with another. */
static inline void foresee(const int16_t *stored, int64_t n) {
    for (int64_t at = 0; at < n * LANES; at += LINE) {
        __builtin_prefetch(stored + at);
    }
}

/* The deviation of z from what is expected of anybody, in each sample: m in the place of a. */
static inline void read_surprise(const SmootherSamples *samples, int64_t block, double z, const double *bias, Lanes *b,
                                 double *restrict surprise) {
    const VectorLanes *means = (const VectorLanes *)(samples->prior_means + block_start(samples, block));
    VectorLanes left = z - *(const VectorLanes *)(samples->levels + block * LANES) - *(const VectorLanes *)bias;
    for (int64_t f = 0; f < samples->n_coordinates; f++) {
        left -= means[f] * *(const VectorLanes *)b[f];
    }
    memcpy(surprise, &left, sizeof left);
}

/* A = R R' (Cholesky), in place, lower triangle; the diagonal of R is kept as its reciprocal. */
static inline void factorise(int64_t n, Lanes *restrict a) {
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j <= i; j++) {
            Lanes *element = a + triangle(i, j);
            const Lanes *row_i = a + triangle(i, 0), *row_j = a + triangle(j, 0);
            for (int64_t c = 0; c < j; c++) {
                for (int k = 0; k < LANES; k++) {
                    (*element)[k] -= row_i[c][k] * row_j[c][k];
                }
            }
            for (int k = 0; k < LANES; k++) {
                (*element)[k] = i == j ? 1.0 / sqrt((*element)[k]) : (*element)[k] * row_j[j][k];
            }
        }
    }
}

/* x := R^-1 x */
static inline void solve_forward(int64_t n, const Lanes *restrict root, Lanes *restrict x) {
    for (int64_t i = 0; i < n; i++) {
        const Lanes *row = root + triangle(i, 0);
        for (int64_t j = 0; j < i; j++) {
            for (int k = 0; k < LANES; k++) {
                x[i][k] -= row[j][k] * x[j][k];
            }
        }
        for (int k = 0; k < LANES; k++) {
            x[i][k] *= row[i][k];
        }
    }
}

/* x := R'^-1 x */
static inline void solve_backward(int64_t n, const Lanes *restrict root, Lanes *restrict x) {
    for (int64_t i = n - 1; i >= 0; i--) {
        const Lanes *row = root + triangle(i, 0);
        for (int k = 0; k < LANES; k++) {
            x[i][k] *= row[i][k];
        }
        for (int64_t j = 0; j < i; j++) {
            for (int k = 0; k < LANES; k++) {
                x[j][k] -= row[j][k] * x[i][k];
            }
        }
    }
}

static double standard(const SmootherSamples *samples, uint8_t score) {
    return (score - samples->centre) / samples->unit;
}

static double presence_share(int64_t n) { return n ? 1.0 / sqrt((double)n) : 0.0; }

CLONES static void fold_in_block(const SmootherSamples *samples, const SmootherPerson *person, int64_t block,
                                 Lanes *restrict vector, Lanes *restrict root) {
    const int64_t n = samples->n_coordinates, start = block_start(samples, block);
    const double *means = samples->prior_means + start, *precisions = samples->prior_precisions + start;
    const double share = presence_share(person->n);
    ALIGNED Lanes b[MOST_COORDINATES], y[MOST_COORDINATES], bias, surprise;
    memset(vector, 0, (size_t)n * sizeof(Lanes));
    memset(root, 0, (size_t)triangle(n, 0) * sizeof(Lanes));
    for (int64_t q = 0; q < person->n; q++) {
        const int32_t i = person->items[q], later = person->items[q + AHEAD < person->n ? q + AHEAD : q];
        const double weight = person->precision * samples->item_precisions[i];
        foresee(samples->item_vectors + item_block(samples, later, block), n);
        foresee(samples->item_presence + item_block(samples, later, block), n);
        read_item(samples, i, block, b, bias);
        read_coordinates(samples->item_presence + item_block(samples, i, block), samples->presence_units + start, n, y);
        read_surprise(samples, block, standard(samples, person->scores[q]), bias, b, surprise);
        for (int64_t f = 0; f < n; f++) {
            const VectorLanes weighted = weight * *(const VectorLanes *)b[f];
            const VectorLanes chosen = share * ((const VectorLanes *)precisions)[f] * *(const VectorLanes *)y[f];
            *(VectorLanes *)vector[f] += weighted * *(const VectorLanes *)surprise + chosen;
            VectorLanes *row = (VectorLanes *)root[triangle(f, 0)];
            for (int64_t g = 0; g <= f; g++) {
                row[g] += weighted * *(const VectorLanes *)b[g];
            }
        }
    }
    for (int64_t f = 0; f < n; f++) {
        for (int k = 0; k < LANES; k++) {
            root[triangle(f, f)][k] += precisions[f * LANES + k];
        }
    }
    factorise(n, root);
    solve_forward(n, root, vector);
    solve_backward(n, root, vector);
    for (int64_t f = 0; f < n; f++) {
        for (int k = 0; k < LANES; k++) {
            vector[f][k] += means[f * LANES + k];
        }
    }
}

void smoother_fold_in(const SmootherSamples *samples, SmootherPerson *person) {
    const int64_t n = samples->n_coordinates;
    for (int64_t block = 0; block < samples->n_blocks; block++) {
        fold_in_block(samples, person, block, (Lanes *)person->vectors + block * n,
                      (Lanes *)person->roots + block * triangle(n, 0));
    }
}

/* What one block of samples predicts for an item; `units` are a times the unit of each coordinate. */
CLONES static void predict_block(const SmootherSamples *samples, int64_t item, int64_t later, int64_t block,
                                 const Lanes *restrict units, const Lanes *restrict vector,
                                 double *restrict predicted) {
    const int64_t n = samples->n_coordinates;
    const int16_t *stored = samples->item_vectors + item_block(samples, item, block);
    const double *bias_units = samples->vector_units + block_start(samples, block);
    Lanes begun;
    foresee(samples->item_vectors + item_block(samples, later, block), n);
    for (int k = 0; k < LANES; k++) {
        begun[k] = samples->levels[block * LANES + k] + vector[0][k] + (double)stored[k] * bias_units[k];
    }
    VectorLanes sum = *(const VectorLanes *)begun;
    for (int64_t f = 1; f < n; f++) {
        /* In two steps, each of which gcc 12 makes one of the processor's of; not so of both at once. */
        const WholeLanes whole = __builtin_convertvector(((const StoredLanes *)stored)[f], WholeLanes);
        const VectorLanes b = {whole[0], whole[1], whole[2], whole[3], whole[4], whole[5], whole[6], whole[7]};
        sum += b * ((const VectorLanes *)units)[f];
    }
    memcpy(predicted, &sum, sizeof sum);
}

/* b'A^-1 b of an item in each sample of a block. */
CLONES static void spread_block(const SmootherSamples *samples, int64_t item, int64_t block, const Lanes *restrict root,
                                double *restrict spread) {
    ALIGNED Lanes b[MOST_COORDINATES], bias, sum = {0};
    read_item(samples, item, block, b, bias);
    solve_forward(samples->n_coordinates, root, b);
    for (int64_t f = 0; f < samples->n_coordinates; f++) {
        for (int k = 0; k < LANES; k++) {
            sum[k] += b[f][k] * b[f][k];
        }
    }
    memcpy(spread, sum, sizeof sum);
}

static double mean_of(const double *values, int64_t n) {
    double sum = 0.0;
    for (int64_t s = 0; s < n; s++) {
        sum += values[s];
    }
    return sum / (double)n;
}

void smoother_predict(const SmootherSamples *samples, const SmootherPerson *person, int64_t n, const int32_t *items,
                     double *predicted, double *variances) {
    const int64_t n_coordinates = samples->n_coordinates, n_blocks = samples->n_blocks, n_samples = n_blocks * LANES;
    const Lanes *vectors = (const Lanes *)person->vectors, *roots = (const Lanes *)person->roots;
    ALIGNED Lanes units[MOST_COORDINATES * MOST_SAMPLES / LANES];
    double values[MOST_SAMPLES], spreads[MOST_SAMPLES];
    for (int64_t at = 0; at < n_blocks * n_coordinates; at++) {
        for (int k = 0; k < LANES; k++) {
            units[at][k] = vectors[at][k] * samples->vector_units[at * LANES + k];
        }
    }
    for (int64_t q = 0; q < n; q++) {
        const int32_t later = items[q + AHEAD < n ? q + AHEAD : q];
        for (int64_t block = 0; block < n_blocks; block++) {
            const int64_t at = block * n_coordinates;
            predict_block(samples, items[q], later, block, units + at, vectors + at, values + block * LANES);
        }
        const double mean = mean_of(values, n_samples);
        predicted[q] = mean;
        if (variances == NULL) {
            continue;
        }
        for (int64_t block = 0; block < n_blocks; block++) {
            spread_block(samples, items[q], block, roots + block * triangle(n_coordinates, 0), spreads + block * LANES);
        }
        for (int64_t s = 0; s < n_samples; s++) {
            spreads[s] += (values[s] - mean) * (values[s] - mean);
        }
        variances[q] = mean_of(spreads, n_samples);
    }
}

/* Add one block's part of an explanation; everything is divided by the number of samples at the end. */
CLONES static void explain_block(const SmootherSamples *samples, const SmootherPerson *person, int64_t item,
                                 int64_t block, double *restrict common, double *restrict ratings,
                                 double *restrict presences) {
    const int64_t n = samples->n_coordinates, start = block_start(samples, block);
    const Lanes *root = (const Lanes *)person->roots + block * triangle(n, 0);
    const Lanes *vector = (const Lanes *)person->vectors + block * n;
    const double *means = samples->prior_means + start, *precisions = samples->prior_precisions + start;
    const double share = presence_share(person->n);
    ALIGNED Lanes c[MOST_COORDINATES], b[MOST_COORDINATES], y[MOST_COORDINATES], bias, surprise;
    read_item(samples, item, block, c, bias);
    for (int k = 0; k < LANES; k++) {
        common[0] += samples->levels[block * LANES + k];
        common[1] += bias[k];
        common[2] += vector[0][k];
        c[0][k] = 0.0; /* coordinate 0 of the person is a line of its own */
    }
    for (int64_t f = 1; f < n; f++) {
        for (int k = 0; k < LANES; k++) {
            common[1] += means[f * LANES + k] * c[f][k];
        }
    }
    solve_forward(n, root, c);
    solve_backward(n, root, c);
    for (int64_t q = 0; q < person->n; q++) {
        const int32_t i = person->items[q];
        const double weight = person->precision * samples->item_precisions[i];
        Lanes rating = {0}, presence = {0};
        read_item(samples, i, block, b, bias);
        read_coordinates(samples->item_presence + item_block(samples, i, block), samples->presence_units + start, n, y);
        read_surprise(samples, block, standard(samples, person->scores[q]), bias, b, surprise);
        for (int64_t f = 0; f < n; f++) {
            for (int k = 0; k < LANES; k++) {
                rating[k] += c[f][k] * b[f][k];
                presence[k] += c[f][k] * precisions[f * LANES + k] * y[f][k];
            }
        }
        for (int k = 0; k < LANES; k++) {
            ratings[q] += weight * rating[k] * surprise[k];
            presences[q] += share * presence[k];
        }
    }
}

void smoother_explain(const SmootherSamples *samples, const SmootherPerson *person, int32_t item, double *common,
                     double *ratings, double *presences) {
    const double n_samples = (double)(samples->n_blocks * LANES);
    memset(common, 0, 3 * sizeof(double));
    memset(ratings, 0, (size_t)person->n * sizeof(double));
    memset(presences, 0, (size_t)person->n * sizeof(double));
    for (int64_t block = 0; block < samples->n_blocks; block++) {
        explain_block(samples, person, item, block, common, ratings, presences);
    }
    for (int k = 0; k < 3; k++) {
        common[k] /= n_samples;
    }
    for (int64_t q = 0; q < person->n; q++) {
        ratings[q] /= n_samples;
        presences[q] /= n_samples;
    }
}
