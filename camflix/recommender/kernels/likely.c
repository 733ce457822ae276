/* Graded implicit alternating least squares: the half-step.
 *
 * A row (a person, say) with entries i, each of weight w_i and grade t_i, gets the x that makes least
 *
 *     sum_i w_i (t_i - v_i'x)^2  +  x'G x  +  ridge |x - prior|^2
 *
 * where v_i is the vector of column i (a film) and G = a0 sum_j v_j v_j' over all columns: whatever is not rated counts
 * as a grade of 0 with the small weight a0 (Hu, Koren, Volinsky, "Collaborative filtering for implicit feedback
 * datasets", ICDM 2008). That x solves A x = b with
 *
 *     A = G + ridge I + sum_i w_i v_i v_i',      b = ridge prior + sum_i w_i t_i v_i.
 *
 * Nearly all time goes into the sum of v v' (add_products): 64 entries are packed side by side, and their products are
 * added tile by tile, 8 * 32 float sums in registers, to A in double. A is factored in float (Cholesky, A = U'U), and
 * the solution then corrected with residuals in double until the corrections no longer matter: iterative refinement
 * (Langou et al., "Exploiting the performance of 32 bit floating point arithmetic in obtaining 64 bit accuracy", SC
 * 2006).
 *
 * The same bits come out whichever instructions the processor has and whichever thread solves a row: every sum has one
 * order, and what runs side by side are different sums. Sums that must be split over lanes are split by a fixed number.
 */
#include <stdint.h>

#include "likely.cdef"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "clones.h"

enum {
    ENTRIES = 64,        /* packed at once; 32 KiB at 128 factors */
    NEAR_ENTRIES = 512,  /* the vectors of so many are still near after they were packed */
    TILE_ROWS = 8,
    TILE_COLUMNS = 32,
    BLOCK = 16,          /* rows of U that are finished together */
    LANES = 16,
    LINE = 16,           /* floats of a cache line */
    MOST_CORRECTIONS = 8,
};

#if defined(__GNUC__)
#define FETCH(address) __builtin_prefetch(address, 0, 2)
#else
#define FETCH(address) ((void)(address))
#endif

#define SMALL_CORRECTION 1e-5 /* of the greatest coordinate; the error left is smaller by the same factor again */

/* A coordinate under this is stored as zero. Factors that the ridge does not need fade by the iteration, and products of
 * two such would become denormal numbers, with which processors are slow. */
#define NOTHING 1e-18

typedef struct {
    double *matrix;   /* [d, d]: A */
    double *right;    /* [d]: b */
    double *residual; /* [d]: b - A x */
    double *x;        /* [d] */
    float *factors;   /* [d, d]: A, then U; what lies under the diagonal means nothing */
    float *packed;    /* [ENTRIES, d] */
    float *change;    /* [d] */
} Scratch;

/* The sums of left[r] * right[c] over n rows that lie d apart. */
static inline void sum_tile(const float *left, const float *right, int64_t n, int64_t d,
                            float sums[TILE_ROWS][TILE_COLUMNS])
{
    memset(sums, 0, sizeof(float) * TILE_ROWS * TILE_COLUMNS);
    for (int64_t k = 0; k < n; k++, left += d, right += d)
        for (int64_t r = 0; r < TILE_ROWS; r++)
            for (int64_t c = 0; c < TILE_COLUMNS; c++)
                sums[r][c] += left[r] * right[c];
}

/* Entries whose vectors will be packed next. They lie scattered over tens of megabytes, and are fetched little by little
 * while the present ones are multiplied. */
typedef struct {
    const HalfStep *step;
    int64_t next, end;
} Coming;

static inline void fetch(Coming *coming, int64_t n)
{
    int64_t d = coming->step->n_factors;
    for (; n > 0 && coming->next < coming->end; n--, coming->next++) {
        const float *v = coming->step->vectors + coming->step->columns[coming->next] * d;
        for (int64_t j = 0; j < d; j += LINE)
            FETCH(v + j);
    }
}

/* Add the sum of p p' over the first n rows p of packed to the upper triangle of matrix (and to the squares of
 * TILE_COLUMNS along the diagonal as a whole). */
CLONES
static void add_products(double *matrix, const float *packed, int64_t n, int64_t d, Coming *coming)
{
    int64_t n_tiles = d / TILE_ROWS * (d / TILE_COLUMNS + 1) / 2, at_once = ENTRIES / n_tiles + 1;
    float sums[TILE_ROWS][TILE_COLUMNS];
    for (int64_t i = 0; i < d; i += TILE_ROWS)
        for (int64_t j = i / TILE_COLUMNS * TILE_COLUMNS; j < d; j += TILE_COLUMNS) {
            fetch(coming, at_once);
            sum_tile(packed + i, packed + j, n, d, sums);
            double *tile = matrix + i * d + j;
            for (int64_t r = 0; r < TILE_ROWS; r++, tile += d)
                for (int64_t c = 0; c < TILE_COLUMNS; c++)
                    tile[c] += sums[r][c];
        }
}

/* Take the sum of p p' over n rows p of matrix from the upper triangle of its rows from `from` on. */
CLONES
static void subtract_products(float *matrix, const float *rows, int64_t n, int64_t d, int64_t from)
{
    float sums[TILE_ROWS][TILE_COLUMNS];
    for (int64_t i = from; i < d; i += TILE_ROWS)
        for (int64_t j = i / TILE_COLUMNS * TILE_COLUMNS; j < d; j += TILE_COLUMNS) {
            sum_tile(rows + i, rows + j, n, d, sums);
            float *tile = matrix + i * d + j;
            for (int64_t r = 0; r < TILE_ROWS; r++, tile += d)
                for (int64_t c = 0; c < TILE_COLUMNS; c++)
                    tile[c] -= sums[r][c];
        }
}

/* Turn the upper triangle of A into U, A = U'U. Returns -2 when A is not positive definite as rounded. */
CLONES
static int32_t factor(float *a, int64_t d)
{
    for (int64_t block = 0; block < d; block += BLOCK) {
        for (int64_t k = block; k < block + BLOCK; k++) {
            float *pivot = a + k * d;
            if (!(pivot[k] > 0))
                return -2;
            float inverse = 1.0f / sqrtf(pivot[k]);
            for (int64_t j = k; j < d; j++)
                pivot[j] *= inverse;
            for (int64_t i = k + 1; i < block + BLOCK; i++) {
                float *row = a + i * d;
                float multiple = pivot[i];
                for (int64_t j = i; j < d; j++)
                    row[j] -= multiple * pivot[j];
            }
        }
        subtract_products(a, a + block * d, BLOCK, d, block + BLOCK);
    }
    return 0;
}

/* Solve U'U x = x in place. */
CLONES
static void substitute(const float *u, float *x, int64_t d)
{
    for (int64_t k = 0; k < d; k++) {
        const float *row = u + k * d;
        float done = x[k] / row[k];
        for (int64_t j = k + 1; j < d; j++)
            x[j] -= row[j] * done;
        x[k] = done;
    }
    for (int64_t k = d - 1; k >= 0; k--) {
        const float *row = u + k * d;
        int64_t end = (k / LANES + 1) * LANES;
        float sums[LANES] = {0}, sum = x[k];
        for (int64_t j = end; j < d; j += LANES)
            for (int64_t lane = 0; lane < LANES; lane++)
                sums[lane] += row[j + lane] * x[j + lane];
        for (int64_t lane = 0; lane < LANES; lane++)
            sum -= sums[lane];
        for (int64_t j = k + 1; j < end; j++)
            sum -= row[j] * x[j];
        x[k] = sum / row[k];
    }
}

CLONES
static void add_multiple(double *sum, double multiple, const float *v, int64_t d)
{
    for (int64_t j = 0; j < d; j++)
        sum[j] += multiple * v[j];
}

/* Pack the next entries of a row, each times the root of its weight, and add what they give to b. */
CLONES
static void pack(const HalfStep *step, int64_t row, int64_t first, int64_t n, Scratch *scratch)
{
    int64_t d = step->n_factors;
    for (int64_t k = 0; k < n; k++) {
        int32_t column = step->columns[first + k];
        const float *v = step->vectors + column * d;
        float weight = step->row_weights[row] * step->column_weights[column], root = sqrtf(weight);
        float *packed = scratch->packed + k * d;
        for (int64_t j = 0; j < d; j++)
            packed[j] = root * v[j];
        add_multiple(scratch->right, (double)weight * step->grades[step->scores[first + k]], v, d);
    }
}

/* A and b of one row. Entries before last_entry, perhaps of other rows, will be needed after this one's. */
static void assemble(const HalfStep *step, int64_t row, int64_t last_entry, Scratch *scratch)
{
    int64_t d = step->n_factors, end = step->pointers[row + 1];
    Coming coming = {step, 0, 0};
    memcpy(scratch->matrix, step->gram, sizeof(double) * (size_t)(d * d));
    memset(scratch->right, 0, sizeof(double) * (size_t)d);
    if (step->priors)
        add_multiple(scratch->right, step->ridges[row], step->priors + row * d, d);
    for (int64_t first = step->pointers[row]; first < end; first += ENTRIES) {
        int64_t n = end - first < ENTRIES ? end - first : ENTRIES;
        pack(step, row, first, n, scratch);
        coming.next = first + n;
        coming.end = last_entry < first + n + ENTRIES ? last_entry : first + n + ENTRIES;
        add_products(scratch->matrix, scratch->packed, n, d, &coming);
    }
    for (int64_t i = 0; i < d; i++)
        scratch->matrix[i * d + i] += step->ridges[row];
}

/* Take M x from right. Of M the squares of LANES along the diagonal are used, and what lies right of them. */
CLONES
static void subtract_product(const double *matrix, const double *x, double *right, int64_t d)
{
    for (int64_t i = 0; i < d; i++) {
        const double *row = matrix + i * d;
        int64_t square = i / LANES * LANES;
        double sums[LANES] = {0}, sum = 0, own = x[i];
        for (int64_t j = square; j < d; j += LANES)
            for (int64_t lane = 0; lane < LANES; lane++)
                sums[lane] += row[j + lane] * x[j + lane];
        for (int64_t lane = 0; lane < LANES; lane++)
            sum += sums[lane];
        right[i] -= sum;
        for (int64_t j = square + LANES; j < d; j++)
            right[j] -= row[j] * own;
    }
}

/* Take the sum of w v v'x over the entries of a row from right, each product exact. */
CLONES
static void subtract_entries(const HalfStep *step, int64_t row, const double *x, double *right)
{
    int64_t d = step->n_factors;
    for (int64_t entry = step->pointers[row]; entry < step->pointers[row + 1]; entry++) {
        int32_t column = step->columns[entry];
        const float *v = step->vectors + column * d;
        float weight = step->row_weights[row] * step->column_weights[column];
        double sums[LANES] = {0}, sum = 0;
        for (int64_t j = 0; j < d; j += LANES)
            for (int64_t lane = 0; lane < LANES; lane++)
                sums[lane] += v[j + lane] * x[j + lane];
        for (int64_t lane = 0; lane < LANES; lane++)
            sum += sums[lane];
        add_multiple(right, -sum * weight, v, d);
    }
}

/* Leave b - A x in scratch->residual. Long rows take A as it was summed: its rounding errors are many and cancel. */
static void find_residual(const HalfStep *step, int64_t row, Scratch *scratch)
{
    int64_t d = step->n_factors;
    memcpy(scratch->residual, scratch->right, sizeof(double) * (size_t)d);
    if (step->pointers[row + 1] - step->pointers[row] > NEAR_ENTRIES) {
        subtract_product(scratch->matrix, scratch->x, scratch->residual, d);
        return;
    }
    subtract_product(step->gram, scratch->x, scratch->residual, d);
    for (int64_t i = 0; i < d; i++)
        scratch->residual[i] -= step->ridges[row] * scratch->x[i];
    subtract_entries(step, row, scratch->x, scratch->residual);
}

/* Add to x what solves A change = residual; return the greatest part of the change, relative to the greatest of x. */
static double correct(Scratch *scratch, int64_t d)
{
    double most_change = 0, most = 0;
    for (int64_t i = 0; i < d; i++)
        scratch->change[i] = (float)scratch->residual[i];
    substitute(scratch->factors, scratch->change, d);
    for (int64_t i = 0; i < d; i++) {
        scratch->x[i] += scratch->change[i];
        most_change = fmax(most_change, fabs(scratch->change[i]));
        most = fmax(most, fabs(scratch->x[i]));
    }
    return most > 0 ? most_change / most : 0;
}

/* Leave the solution of one row in scratch->x. */
static int32_t solve_row(const HalfStep *step, int64_t row, int64_t last_entry, Scratch *scratch)
{
    int64_t d = step->n_factors;
    size_t size = sizeof(double) * (size_t)d;
    memset(scratch->x, 0, size);
    if (step->pointers[row] == step->pointers[row + 1] && !step->priors)
        return 0;
    assemble(step, row, last_entry, scratch);
    for (int64_t i = 0; i < d * d; i++)
        scratch->factors[i] = (float)scratch->matrix[i];
    int32_t failed = factor(scratch->factors, d);
    if (failed)
        return failed;
    memcpy(scratch->residual, scratch->right, size);
    double relative = correct(scratch, d);
    for (int32_t n = 0; relative > SMALL_CORRECTION && n < MOST_CORRECTIONS; n++) {
        find_residual(step, row, scratch);
        relative = correct(scratch, d);
    }
    for (int64_t i = 0; i < d; i++)
        if (fabs(scratch->x[i]) < NOTHING)
            scratch->x[i] = 0;
    return 0;
}

static int32_t make_scratch(Scratch *scratch, int64_t d)
{
    size_t n = (size_t)d;
    scratch->matrix = malloc(sizeof(double) * (n * n + 3 * n) + sizeof(float) * (n * n + ENTRIES * n + n));
    if (!scratch->matrix)
        return -1;
    scratch->right = scratch->matrix + n * n;
    scratch->residual = scratch->right + n;
    scratch->x = scratch->residual + n;
    scratch->factors = (float *)(scratch->x + n);
    scratch->packed = scratch->factors + n * n;
    scratch->change = scratch->packed + ENTRIES * n;
    return 0;
}

int32_t likely_solve(const HalfStep *step, int64_t begin, int64_t end, float *solutions)
{
    Scratch scratch;
    int64_t d = step->n_factors;
    int32_t failed = make_scratch(&scratch, d);
    if (failed)
        return failed;
    for (int64_t row = begin; row < end && !failed; row++) {
        failed = solve_row(step, row, step->pointers[end], &scratch);
        for (int64_t i = 0; i < d; i++)
            solutions[row * d + i] = (float)scratch.x[i];
    }
    free(scratch.matrix);
    return failed;
}

int32_t likely_fold_in(const HalfStep *step, double *solution)
{
    Scratch scratch;
    int32_t failed = make_scratch(&scratch, step->n_factors);
    if (failed)
        return failed;
    failed = solve_row(step, 0, step->pointers[1], &scratch);
    memcpy(solution, scratch.x, sizeof(double) * (size_t)step->n_factors);
    free(scratch.matrix);
    return failed;
}

/* Add the sum of p p' over n rows p to the upper triangle of gram; like add_products, all in double. */
CLONES
static void add_exact_products(double *gram, const double *packed, int64_t n, int64_t d)
{
    for (int64_t i = 0; i < d; i += TILE_ROWS)
        for (int64_t j = i / LANES * LANES; j < d; j += LANES) {
            double sums[TILE_ROWS][LANES] = {{0}};
            const double *left = packed + i, *right = packed + j;
            for (int64_t k = 0; k < n; k++, left += d, right += d)
                for (int64_t r = 0; r < TILE_ROWS; r++)
                    for (int64_t c = 0; c < LANES; c++)
                        sums[r][c] += left[r] * right[c];
            double *tile = gram + i * d + j;
            for (int64_t r = 0; r < TILE_ROWS; r++, tile += d)
                for (int64_t c = 0; c < LANES; c++)
                    tile[c] += sums[r][c];
        }
}

int32_t likely_gram(const float *vectors, int64_t begin, int64_t end, int32_t n_factors, double *gram)
{
    size_t d = (size_t)n_factors;
    double *packed = malloc(sizeof(double) * ENTRIES * d);
    if (!packed)
        return -1;
    memset(gram, 0, sizeof(double) * d * d);
    for (int64_t first = begin; first < end; first += ENTRIES) {
        int64_t n = end - first < ENTRIES ? end - first : ENTRIES;
        const float *v = vectors + first * n_factors;
        for (size_t i = 0; i < (size_t)n * d; i++)
            packed[i] = v[i];
        add_exact_products(gram, packed, n, n_factors);
    }
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < i; j++)
            gram[i * d + j] = gram[j * d + i];
    free(packed);
    return 0;
}

CLONES
void likely_scores(const float *vectors, int64_t begin, int64_t end, int32_t n_factors, const float *person,
                   float *scores)
{
    for (int64_t item = begin; item < end; item++) {
        const float *v = vectors + item * n_factors;
        float sums[LANES] = {0};
        for (int64_t j = 0; j < n_factors; j += LANES)
            for (int64_t lane = 0; lane < LANES; lane++)
                sums[lane] += v[j + lane] * person[j + lane];
        for (int64_t width = LANES / 2; width; width /= 2)
            for (int64_t lane = 0; lane < width; lane++)
                sums[lane] += sums[lane + width];
        scores[item] = sums[0];
    }
}
