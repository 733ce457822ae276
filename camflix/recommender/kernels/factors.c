/* Factors: a Bayesian factor model of ratings, sampled. smoother.c serves it.
 *
 * The model. A score in standard units, z = (score - centre) / unit, of user u and item i is
 *
 *     z(u, i) = w + a_0(u) + b_0(i) + sum_{f = 1..rank} a_f(u) b_f(i) + N(0, 1 / (alpha(u) beta(i)))
 *
 * where each coordinate f = 0..rank of the vectors is
 *
 *     a_f(u) = p_f(u) + |N(u)|^-1/2 sum_{i in N(u)} y_f(i)
 *     b_f(i) = q_f(i) + |R(i)|^-1/2 sum_{u in R(i)} x_f(u) + sum_k value(i, k) g_f(k)
 *
 * N(u) are the items that u rated and R(i) the users who rated i: that somebody chose a film tells something, whatever
 * they thought of it. Both sets are those of the fitted ratings only. Koren, "Factorization meets the neighborhood"
 * (KDD 2008, SVD++), here for users and for items; k are features of items (genres, years).
 *
 * Priors. p_f(u) ~ N(m, 1 / l), the same for all u, and likewise y, q, x, g, each coordinate with an m and an l of its
 * own: l ~ Gamma(1/2, rate 1/2), m ~ N(0, 1 / l). Salakhutdinov, Mnih, "Bayesian probabilistic matrix factorization"
 * (ICML 2008). Precisions: alpha(u) ~ Gamma(s, rate s v), beta(i) ~ Gamma(t, rate t): a scatter of each user's and each
 * film's own, drawn to that of all. v ~ Gamma(1, rate 1); s and t are drawn from SHAPES.
 *
 * Sampling is Gibbs's: each unknown in turn is drawn from its distribution given all others. Rendle, Zhang, Koren, "On
 * the difficulty of evaluating baselines" (2019) show how far this gets. One coordinate at a time keeps a sweep linear
 * in ratings times rank: with the residual e of each rating at hand, the log likelihood of a change d of a_f(u) is
 *
 *     g d - h d^2 / 2,    h = sum_i alpha beta b_f(i)^2,    g = sum_i alpha beta b_f(i) e(u, i)
 *
 * (a Slope), and every part of a_f(u) is drawn from that sum without looking at the ratings again.
 *
 * Four chains are swept side by side, one in each lane of the processor's vectors: they look up the same ratings, and
 * looking up is what takes time. They share nothing else; each reads random numbers of its own, in one order: noise
 * (users in order, v, s; items in order, t), w, then for each coordinate m, l and weights of p, y, q, x, g in turn.
 * factors_sampler_twin.py reads them in the same.
 *
 * Data are float, sums double. Nothing is checked here; factors_sampler.py did.
 */
#include <stdint.h>

#include "factors.cdef"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "clones.h"
#include "random.h"

enum { P, Y, Q, X, G, N_GROUPS }; /* groups of weights, in the order in which they are drawn */
enum { CHAINS = 4, N_SHAPES = 12 };

enum {
    LINE = 64,   /* bytes that the processor fetches from memory at a time */
    AHEAD = 256, /* ratings; processors foresee what is read in a row, but not beyond a page of memory (4,096 bytes) */
};

/* One number of each chain; in memory aligned as Python's arrays are. */
typedef float Four __attribute__((vector_size(16), aligned(4)));
typedef double FourDoubles __attribute__((vector_size(32), aligned(8)));

#define LEVEL_PRECISION 0.01 /* w ~ N(0, 100) */

static const double SHAPES[N_SHAPES] = {1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 40, 80};
static const double LOG_GAMMA[N_SHAPES] = { /* log Gamma(shape) */
    0.0, -0.12078223763524522, 0.0, 0.6931471805599453, 1.791759469228055, 4.787491742782046,
    8.525161361065415, 17.502307845873887, 27.89927138384089, 51.60667556776438, 106.63176026064346, 269.2910976510198,
};

typedef struct {
    Four h, g;
} Slope;

typedef struct {
    FourDoubles mean, precision;
} Prior;

/* What users need to know of an item while a coordinate is drawn; together, for items come in no order. */
typedef struct {
    Four changed;  /* by so much has b of the coordinate before changed: not yet in the residuals */
    Four weighted; /* beta b */
    Four squared;  /* beta b^2 */
    Four unused;   /* so that it fills a line */
} ItemSide;

/* Slope of one of those (users, say) who share weights of what they rated (y), and what has become of it. */
typedef struct {
    Four h, g;   /* of the sum of y */
    Four moved;  /* so much has the sum of y changed: not yet in g */
    Four unused; /* so that it fills a line */
} Sharer;

/* Who shares what: column c of weights belongs to rows[ptr[c]] .. rows[ptr[c + 1] - 1]. */
typedef struct {
    int64_t n_columns, n_rows;
    const int64_t *ptr;
    const int32_t *rows;
    const float *shares; /* [n_rows]: n^-1/2 of each row of n columns */
} Sharing;

typedef struct {
    Ziggurat ziggurat;
    Random random[CHAINS];
    ItemSide *sides;                 /* [n_items] */
    Slope *users, *items;            /* [n_users], [n_items] */
    Sharer *sharers;                 /* [most], most = max(n_users, n_items) */
    Four *before;                    /* [most] */
    Four *ones;                      /* [most] */
    FourDoubles *squares;            /* [most] */
    float *user_shares, *item_shares; /* [n_users], [n_items] */
} Workspace;

/* Macros, and pointers below: how vectors are passed to functions depends on the processor. One step of it, where
 * gcc 12 makes four of __builtin_convertvector.
 */
#define doubles(x)                                                                                                     \
    __extension__({                                                                                                    \
        const Four single = (x);                                                                                       \
        (FourDoubles){single[0], single[1], single[2], single[3]};                                                     \
    })
#define floats(x) __builtin_convertvector(x, Four)

/* x := x^1/2 */
static inline void take_roots(FourDoubles *x) {
    for (int k = 0; k < CHAINS; k++) {
        (*x)[k] = sqrt((*x)[k]);
    }
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Memory
 */

static void close_workspace(Workspace *work) {
    free(work->sides);
    free(work->users);
    free(work->items);
    free(work->sharers);
    free(work->before);
    free(work->ones);
    free(work->squares);
    free(work->user_shares);
    free(work->item_shares);
    free(work);
}

/* n^-1/2 of each row of n entries, 0 of an empty one. */
static void fill_shares(int64_t n_rows, const int64_t *ptr, float *shares) {
    for (int64_t r = 0; r < n_rows; r++) {
        const int64_t n = ptr[r + 1] - ptr[r];
        shares[r] = n ? (float)(1.0 / sqrt((double)n)) : 0.0f;
    }
}

/* Room for n things of some bytes each, at the beginning of a line of memory; NULL where there is none. */
static void *lines_for(size_t n, size_t bytes) {
#ifdef _WIN32 /* has no aligned_alloc; without, sweeps take a tenth longer */
    return malloc(n * bytes);
#else
    return aligned_alloc(LINE, (n * bytes + LINE - 1) / LINE * LINE);
#endif
}

static Workspace *open_workspace(const FactorsData *data, FactorsChains *chains) {
    const size_t n_users = (size_t)data->n_users + 1, n_items = (size_t)data->n_items + 1; /* never none */
    const size_t most = n_users > n_items ? n_users : n_items;
    Workspace *work = calloc(1, sizeof *work);
    if (work == NULL) {
        return NULL;
    }
    work->sides = lines_for(n_items, sizeof(ItemSide));
    work->users = malloc(n_users * sizeof(Slope));
    work->items = lines_for(n_items, sizeof(Slope));
    work->sharers = lines_for(most, sizeof(Sharer));
    work->before = malloc(most * sizeof(Four));
    work->ones = malloc(most * sizeof(Four));
    work->squares = malloc(most * sizeof(FourDoubles));
    work->user_shares = malloc(n_users * sizeof(float));
    work->item_shares = malloc(n_items * sizeof(float));
    if (!work->sides || !work->users || !work->items || !work->sharers || !work->before || !work->ones ||
        !work->squares || !work->user_shares || !work->item_shares) {
        close_workspace(work);
        return NULL;
    }
    for (size_t k = 0; k < most; k++) {
        work->ones[k] = (Four){1.0f, 1.0f, 1.0f, 1.0f};
    }
    fill_shares(data->n_users, data->user_ptr, work->user_shares);
    fill_shares(data->n_items, data->item_ptr, work->item_shares);
    fill_ziggurat(&work->ziggurat);
    for (int k = 0; k < CHAINS; k++) {
        work->random[k] = (Random){chains->random + 4 * k, &work->ziggurat};
    }
    return work;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Draws
 */

static inline void draw_normals(const Random *random, FourDoubles *drawn) {
    for (int k = 0; k < CHAINS; k++) {
        (*drawn)[k] = random_normal(random[k]);
    }
}

/* Draw m and l of n weights, given them; `prior` is what they were. */
static void draw_prior(const Random *random, int64_t n, const Four *weights, Prior *prior) {
    const FourDoubles before = prior->mean;
    FourDoubles sum = {0}, squares = {0}, scatter, normals;
    for (int64_t i = 0; i < n; i++) {
        const FourDoubles weight = doubles(weights[i]), d = weight - before;
        sum += weight;
        squares += d * d;
    }
    const FourDoubles rate = (squares + before * before + 1.0) / 2.0;
    for (int k = 0; k < CHAINS; k++) {
        prior->precision[k] = random_gamma(random[k], ((double)n + 2.0) / 2.0) / rate[k];
    }
    const double n_and_prior = (double)n + 1.0;
    scatter = n_and_prior * prior->precision;
    take_roots(&scatter);
    draw_normals(random, &normals);
    prior->mean = sum / n_and_prior + normals / scatter;
}

/* Draw a weight given its slope: normal, for likelihood and prior are. `d` becomes by how much it has changed. */
static inline void draw_weight(const Random *random, const FourDoubles *h, const FourDoubles *g, const Prior *prior,
                               Four *weight, Four *d) {
    const Four before = *weight;
    const FourDoubles variance = 1.0 / (*h + prior->precision);
    const FourDoubles mean = (*g + *h * doubles(before) + prior->precision * prior->mean) * variance;
    FourDoubles scatter = variance, normals;
    take_roots(&scatter);
    draw_normals(random, &normals);
    *weight = floats(mean + normals * scatter);
    *d = *weight - before;
}

/* p or q: weights that only one vector has. */
CLONES static void draw_own(const Random *random, int64_t n, const Prior *prior, Four *weights, Four *vector,
                            Slope *slopes) {
    for (int64_t k = 0; k < n; k++) {
        const FourDoubles h = doubles(slopes[k].h), g = doubles(slopes[k].g);
        Four d;
        draw_weight(random, &h, &g, prior, weights + k, &d);
        vector[k] += d;
        slopes[k].g -= d * slopes[k].h;
    }
}

/* y or x: weights that all share who rated an item, or all that somebody rated. */
CLONES static void draw_presence(const Random *random, const Sharing *sharing, const Prior *prior, Four *weights,
                                 Four *vector, Slope *slopes, Sharer *sharers) {
    const int32_t *rows = sharing->rows;
    for (int64_t r = 0; r < sharing->n_rows; r++) {
        const float share = sharing->shares[r];
        sharers[r].h = share * share * slopes[r].h;
        sharers[r].g = share * slopes[r].g;
        sharers[r].moved = (Four){0};
    }
    for (int64_t c = 0; c < sharing->n_columns; c++) {
        const int64_t begin = sharing->ptr[c], end = sharing->ptr[c + 1];
        FourDoubles h = {0}, g = {0};
        for (int64_t p = begin; p < end; p++) {
            const Sharer *sharer = sharers + rows[p];
            h += doubles(sharer->h);
            g += doubles(sharer->g - sharer->moved * sharer->h);
        }
        Four d;
        draw_weight(random, &h, &g, prior, weights + c, &d);
        for (int64_t p = begin; p < end; p++) {
            sharers[rows[p]].moved += d;
        }
    }
    for (int64_t r = 0; r < sharing->n_rows; r++) {
        const Four d = sharers[r].moved * sharing->shares[r];
        vector[r] += d;
        slopes[r].g -= d * slopes[r].h;
    }
}

/* g: weights of features, each of which some items have to some degree. */
static void draw_features(const Random *random, const FactorsData *data, const Prior *prior, Four *weights,
                          Four *vector, Slope *slopes) {
    for (int64_t k = 0; k < data->n_features; k++) {
        FourDoubles h = {0}, g = {0};
        for (int64_t p = data->feature_ptr[k]; p < data->feature_ptr[k + 1]; p++) {
            const Slope slope = slopes[data->feature_items[p]];
            const double value = data->feature_values[p];
            h += value * value * doubles(slope.h);
            g += value * doubles(slope.g);
        }
        Four d;
        draw_weight(random, &h, &g, prior, weights + k, &d);
        for (int64_t p = data->feature_ptr[k]; p < data->feature_ptr[k + 1]; p++) {
            const int32_t i = data->feature_items[p];
            const Four change = d * data->feature_values[p];
            vector[i] += change;
            slopes[i].g -= change * slopes[i].h;
        }
    }
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Noise
 */

/* The shape of n gamma variables of mean 1 / scale, given their sum and the sum of their logarithms. */
static double draw_shape(Random random, double n, double sum, double sum_of_logs, double scale) {
    double weights[N_SHAPES], most = -INFINITY, total = 0.0;
    for (int k = 0; k < N_SHAPES; k++) {
        const double s = SHAPES[k];
        weights[k] = n * (s * log(s * scale) - LOG_GAMMA[k]) + (s - 1.0) * sum_of_logs - s * scale * sum;
        most = weights[k] > most ? weights[k] : most;
    }
    for (int k = 0; k < N_SHAPES; k++) {
        weights[k] = exp(weights[k] - most);
        total += weights[k];
    }
    double place = random_uniform(random) * total;
    for (int k = 0; k < N_SHAPES - 1; k++) {
        place -= weights[k];
        if (place <= 0.0) {
            return SHAPES[k];
        }
    }
    return SHAPES[N_SHAPES - 1];
}

typedef struct {
    double sum, sum_of_logs;
} Drawn;

/* Precisions of one side in one chain, each from its own number of ratings and its own sum of weighted squares. */
static Drawn draw_precisions(Random random, int64_t n, const int64_t *ptr, double shape, double rate, int chain,
                             const FourDoubles *squares, Four *precisions) {
    Drawn drawn = {0.0, 0.0};
    for (int64_t r = 0; r < n; r++) {
        const double n_ratings = (double)(ptr[r + 1] - ptr[r]);
        const double precision = random_gamma(random, shape + n_ratings / 2.0) / (rate + squares[r][chain] / 2.0);
        precisions[r][chain] = (float)precision;
        drawn.sum += precision;
        drawn.sum_of_logs += log(precision);
    }
    return drawn;
}

CLONES static void squares_of_users(const FactorsData *data, const FactorsChains *chains, FourDoubles *squares) {
    const Four *residuals = (const Four *)chains->residuals, *betas = (const Four *)chains->item_precisions;
    for (int64_t u = 0; u < data->n_users; u++) {
        FourDoubles sum = {0};
        for (int64_t p = data->user_ptr[u]; p < data->user_ptr[u + 1]; p++) {
            const FourDoubles e = doubles(residuals[p]);
            sum += (e * e + data->rounding) * doubles(betas[data->items[p]]);
        }
        squares[u] = sum;
    }
}

CLONES static void squares_of_items(const FactorsData *data, const FactorsChains *chains, FourDoubles *squares) {
    const Four *residuals = (const Four *)chains->residuals, *alphas = (const Four *)chains->user_precisions;
    memset(squares, 0, (size_t)data->n_items * sizeof(FourDoubles));
    for (int64_t u = 0; u < data->n_users; u++) {
        const FourDoubles alpha = doubles(alphas[u]);
        for (int64_t p = data->user_ptr[u]; p < data->user_ptr[u + 1]; p++) {
            const FourDoubles e = doubles(residuals[p]);
            squares[data->items[p]] += (e * e + data->rounding) * alpha;
        }
    }
}

static void draw_noise(const FactorsData *data, FactorsChains *chains, Workspace *work) {
    const double n_users = (double)data->n_users, n_items = (double)data->n_items;
    squares_of_users(data, chains, work->squares);
    for (int k = 0; k < CHAINS; k++) {
        const Random random = work->random[k];
        const double shape = chains->user_shapes[k];
        const Drawn drawn = draw_precisions(random, data->n_users, data->user_ptr, shape, shape * chains->noise[k], k,
                                            work->squares, (Four *)chains->user_precisions);
        chains->noise[k] = random_gamma(random, 1.0 + shape * n_users) / (1.0 + shape * drawn.sum);
        chains->user_shapes[k] = draw_shape(random, n_users, drawn.sum, drawn.sum_of_logs, chains->noise[k]);
    }
    squares_of_items(data, chains, work->squares);
    for (int k = 0; k < CHAINS; k++) {
        const double shape = chains->item_shapes[k];
        const Drawn drawn = draw_precisions(work->random[k], data->n_items, data->item_ptr, shape, shape, k,
                                            work->squares, (Four *)chains->item_precisions);
        chains->item_shapes[k] = draw_shape(work->random[k], n_items, drawn.sum, drawn.sum_of_logs, 1.0);
    }
}

/* ---------------------------------------------------------------------------------------------------------------------
 * A sweep
 */

/* Draw w; return by how much it has changed, which is not yet in the residuals. */
CLONES static void draw_level(const FactorsData *data, FactorsChains *chains, const Random *random, Four *changed) {
    const Four *residuals = (const Four *)chains->residuals, *betas = (const Four *)chains->item_precisions;
    const Four *alphas = (const Four *)chains->user_precisions;
    FourDoubles *levels = (FourDoubles *)chains->levels;
    FourDoubles h = {0}, g = {0};
    for (int64_t u = 0; u < data->n_users; u++) {
        FourDoubles weights = {0}, pull = {0};
        for (int64_t p = data->user_ptr[u]; p < data->user_ptr[u + 1]; p++) {
            const FourDoubles beta = doubles(betas[data->items[p]]);
            weights += beta;
            pull += beta * doubles(residuals[p]);
        }
        h += doubles(alphas[u]) * weights;
        g += doubles(alphas[u]) * pull;
    }
    const FourDoubles before = *levels, precision = h + LEVEL_PRECISION;
    FourDoubles scatter = precision, normals;
    take_roots(&scatter);
    draw_normals(random, &normals);
    *levels = (g + h * before) / precision + normals / scatter;
    *changed = floats(*levels - before);
}

/* Bring the residuals up to date and collect the slopes of a_f. `partner` is a of the coordinate before. */
CLONES static void slopes_of_users(const FactorsData *data, FactorsChains *chains, const ItemSide *sides,
                                   const Four *partner, Slope *slopes) {
    Four *residuals = (Four *)chains->residuals;
    const Four *alphas = (const Four *)chains->user_precisions;
    for (int64_t u = 0; u < data->n_users; u++) {
        const Four x = partner[u];
        FourDoubles h = {0}, g = {0};
        for (int64_t p = data->user_ptr[u]; p < data->user_ptr[u + 1]; p++) {
            __builtin_prefetch(residuals + p + AHEAD, 1);
            const ItemSide *side = sides + data->items[p];
            const Four e = residuals[p] - x * side->changed;
            residuals[p] = e;
            h += doubles(side->squared);
            g += doubles(side->weighted * e);
        }
        const FourDoubles alpha = doubles(alphas[u]);
        slopes[u].h = floats(alpha * h);
        slopes[u].g = floats(alpha * g);
    }
}

/* Bring the residuals up to date with a_f, which was `before`, and collect the slopes of b_f. */
CLONES static void slopes_of_items(const FactorsData *data, FactorsChains *chains, const Four *a, const Four *before,
                                   const Four *user_partner, const Four *item_partner, Slope *slopes) {
    Four *residuals = (Four *)chains->residuals;
    const Four *alphas = (const Four *)chains->user_precisions, *betas = (const Four *)chains->item_precisions;
    memset(slopes, 0, (size_t)data->n_items * sizeof(Slope));
    for (int64_t u = 0; u < data->n_users; u++) {
        const Four d = a[u] - before[u], weighted = alphas[u] * user_partner[u], squared = weighted * user_partner[u];
        for (int64_t p = data->user_ptr[u]; p < data->user_ptr[u + 1]; p++) {
            __builtin_prefetch(residuals + p + AHEAD, 1);
            const int32_t i = data->items[p];
            const Four e = residuals[p] - d * item_partner[i];
            residuals[p] = e;
            slopes[i].h += squared;
            slopes[i].g += weighted * e;
        }
    }
    for (int64_t i = 0; i < data->n_items; i++) {
        slopes[i].h *= betas[i];
        slopes[i].g *= betas[i];
    }
}

/* Draw a_f, given b_f, which is `item_partner`. */
static void draw_users(const FactorsData *data, FactorsChains *chains, Workspace *work, int64_t f,
                       const Four *item_partner) {
    const int64_t n_users = data->n_users, n_items = data->n_items;
    const Four *betas = (const Four *)chains->item_precisions;
    Prior *priors = (Prior *)chains->priors + f * N_GROUPS;
    Four *a = (Four *)chains->user_vectors + f * n_users;
    Four *p = (Four *)chains->user_own + f * n_users, *y = (Four *)chains->user_presence + f * n_items;
    const Sharing raters = {n_items, n_users, data->item_ptr, data->users, work->user_shares};
    for (int64_t i = 0; i < n_items; i++) {
        work->sides[i].weighted = betas[i] * item_partner[i];
        work->sides[i].squared = work->sides[i].weighted * item_partner[i];
    }
    slopes_of_users(data, chains, work->sides, f > 1 ? a - n_users : work->ones, work->users);
    memcpy(work->before, a, (size_t)n_users * sizeof(Four));
    draw_prior(work->random, n_users, p, priors + P);
    draw_own(work->random, n_users, priors + P, p, a, work->users);
    draw_prior(work->random, n_items, y, priors + Y);
    draw_presence(work->random, &raters, priors + Y, y, a, work->users, work->sharers);
}

/* Draw b_f, given a_f, which is `user_partner`; work->before is what a_f was. */
static void draw_items(const FactorsData *data, FactorsChains *chains, Workspace *work, int64_t f,
                       const Four *user_partner, const Four *item_partner) {
    const int64_t n_users = data->n_users, n_items = data->n_items;
    Prior *priors = (Prior *)chains->priors + f * N_GROUPS;
    Four *a = (Four *)chains->user_vectors + f * n_users, *b = (Four *)chains->item_vectors + f * n_items;
    Four *q = (Four *)chains->item_own + f * n_items, *x = (Four *)chains->item_presence + f * n_users;
    Four *g = (Four *)chains->item_feature + f * data->n_features;
    const Sharing rated = {n_users, n_items, data->user_ptr, data->items, work->item_shares};
    slopes_of_items(data, chains, a, work->before, user_partner, item_partner, work->items);
    memcpy(work->before, b, (size_t)n_items * sizeof(Four));
    draw_prior(work->random, n_items, q, priors + Q);
    draw_own(work->random, n_items, priors + Q, q, b, work->items);
    draw_prior(work->random, n_users, x, priors + X);
    draw_presence(work->random, &rated, priors + X, x, b, work->items, work->sharers);
    if (data->n_features) {
        draw_prior(work->random, data->n_features, g, priors + G);
        draw_features(work->random, data, priors + G, g, b, work->items);
    }
    for (int64_t i = 0; i < n_items; i++) {
        work->sides[i].changed = b[i] - work->before[i];
    }
}

/* What the last coordinate has changed is brought to the residuals. */
static void finish_residuals(const FactorsData *data, FactorsChains *chains, const ItemSide *sides,
                             const Four *partner) {
    Four *residuals = (Four *)chains->residuals;
    for (int64_t u = 0; u < data->n_users; u++) {
        for (int64_t p = data->user_ptr[u]; p < data->user_ptr[u + 1]; p++) {
            residuals[p] -= partner[u] * sides[data->items[p]].changed;
        }
    }
}

int factors_sweep(const FactorsData *data, FactorsChains *chains, int with_noise) {
    Workspace *work = open_workspace(data, chains);
    if (work == NULL) {
        return -1;
    }
    if (with_noise) {
        draw_noise(data, chains, work);
    }
    Four risen;
    draw_level(data, chains, work->random, &risen);
    for (int64_t i = 0; i < data->n_items; i++) {
        work->sides[i].changed = risen;
    }
    const Four *a = (const Four *)chains->user_vectors, *b = (const Four *)chains->item_vectors;
    for (int64_t f = 0; f < data->n_coordinates; f++) {
        /* In coordinate 0 the other side's factor is 1. */
        const Four *user_partner = f ? a + f * data->n_users : work->ones;
        const Four *item_partner = f ? b + f * data->n_items : work->ones;
        draw_users(data, chains, work, f, item_partner);
        draw_items(data, chains, work, f, user_partner, item_partner);
    }
    const int64_t last = data->n_coordinates - 1;
    finish_residuals(data, chains, work->sides, last ? a + last * data->n_users : work->ones);
    close_workspace(work);
    return 0;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Before the first sweep
 */

/* vector(r) = own(r) + |row r|^-1/2 sum of the presence weights of row r. */
static void add_presence(int64_t n_rows, const int64_t *ptr, const int32_t *columns, const Four *own,
                         const Four *presence, Four *vector) {
    for (int64_t r = 0; r < n_rows; r++) {
        FourDoubles sum = {0};
        for (int64_t p = ptr[r]; p < ptr[r + 1]; p++) {
            sum += doubles(presence[columns[p]]);
        }
        const double n = (double)(ptr[r + 1] - ptr[r]);
        vector[r] = floats(doubles(own[r]) + (n > 0.0 ? sum / sqrt(n) : sum));
    }
}

void factors_start(const FactorsData *data, FactorsChains *chains) {
    const int64_t n_users = data->n_users, n_items = data->n_items, n_features = data->n_features;
    Four *a = (Four *)chains->user_vectors, *b = (Four *)chains->item_vectors, *residuals = (Four *)chains->residuals;
    for (int64_t f = 0; f < data->n_coordinates; f++) {
        const Four *g = (const Four *)chains->item_feature + f * n_features;
        add_presence(n_users, data->user_ptr, data->items, (const Four *)chains->user_own + f * n_users,
                     (const Four *)chains->user_presence + f * n_items, a + f * n_users);
        add_presence(n_items, data->item_ptr, data->users, (const Four *)chains->item_own + f * n_items,
                     (const Four *)chains->item_presence + f * n_users, b + f * n_items);
        for (int64_t k = 0; k < n_features; k++) {
            for (int64_t p = data->feature_ptr[k]; p < data->feature_ptr[k + 1]; p++) {
                b[f * n_items + data->feature_items[p]] += g[k] * data->feature_values[p];
            }
        }
    }
    for (int64_t u = 0; u < n_users; u++) {
        for (int64_t p = data->user_ptr[u]; p < data->user_ptr[u + 1]; p++) {
            const int32_t i = data->items[p];
            FourDoubles z = *(const FourDoubles *)chains->levels + doubles(a[u]) + doubles(b[i]);
            for (int64_t f = 1; f < data->n_coordinates; f++) {
                z += doubles(a[f * n_users + u]) * doubles(b[f * n_items + i]);
            }
            residuals[p] = floats((data->scores[p] - data->centre) / data->unit - z);
        }
    }
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Random numbers
 */

void factors_normals(uint64_t *state, int64_t n, double *out) {
    Ziggurat ziggurat;
    fill_ziggurat(&ziggurat);
    for (int64_t k = 0; k < n; k++) {
        out[k] = random_normal((Random){state, &ziggurat});
    }
}

void factors_gammas(uint64_t *state, int64_t n, const double *shapes, double *out) {
    Ziggurat ziggurat;
    fill_ziggurat(&ziggurat);
    for (int64_t k = 0; k < n; k++) {
        out[k] = random_gamma((Random){state, &ziggurat}, shapes[k]);
    }
}

void factors_uniforms(uint64_t *state, int64_t n, double *out) {
    for (int64_t k = 0; k < n; k++) {
        out[k] = random_uniform((Random){state, NULL});
    }
}
