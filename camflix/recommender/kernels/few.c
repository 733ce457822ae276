/* Exact damped Pearson correlation between all users, and the k most similar of each, where users are few.
 *
 * What neighbours.c does, with the same bits, for a single tile (raters.h): each pair is computed once, and all
 * similarities are kept until every row is there. So nothing is offered to the other user's record under a lock, and
 * each user's nearest are chosen once, from a whole row. For more than FEW_USERS the square would take too much memory.
 *
 * Threads are the caller's, as there: rows are handed out by an atomic counter in few_pairs_work, and again in
 * few_pairs_finish when all rows are there.
 */
#include <stdint.h>

#include "few.cdef"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "clones.h"
#include "nearest.h"
#include "packed.h"
#include "raters.h"

enum {
    ROWS_A_TASK = 16,  /* the first rows are the longest: few enough that threads end together */
    ROWS_A_FINISH = 8, /* doubles in a cache line: columns are read so many at a time */
    AHEAD = 24,        /* so many lines ahead a column is fetched */
    HALVINGS = 12,     /* of the scale of similarities, until a floor is taken as it is */
    MOST_COUNTED = 64, /* candidates sorted by counting */
};

#define NONE (-2.0)   /* under any similarity */

_Static_assert((int)FEW_USERS <= (int)TILE, "few users are one tile");

struct FewPairs {
    Rows rows;

    int32_t k, min_common;
    double damping;
    int32_t *users, *n_common; /* results, [n_users, k] */
    double *similarity;

    double *square;          /* [n_users, n_users], by place, of each user with those after it; NONE where it is null */
    int32_t *square_common;  /* beside it, how many films they have in common */

    _Atomic int32_t next_row;
    _Atomic int32_t next_finish;
};

void few_pairs_free(FewPairs *run) {
    if (run != NULL) {
        free(run->rows.order);
        free(run->square);
        free(run->square_common);
        free(run);
    }
}

FewPairs *few_pairs_new(int32_t n_users, int32_t n_items, const int64_t *user_ptr, const int32_t *items,
                        const uint8_t *scores, int32_t k, double damping, int32_t min_common, int32_t *users,
                        double *similarity, int32_t *n_common) {
    FewPairs *run = malloc(sizeof *run);
    if (run == NULL) {
        return NULL;
    }
    const size_t n_pairs = (size_t)n_users * (size_t)n_users;
    *run = (FewPairs){
        .rows = {n_users, n_items, user_ptr, items, scores, ordered_users(n_users, n_items, user_ptr)},
        .k = k, .min_common = min_common, .damping = damping,
        .users = users, .n_common = n_common, .similarity = similarity,
        .square = malloc(sizeof(double) * (n_pairs + 1)),
        .square_common = malloc(sizeof(int32_t) * (n_pairs + 1)),
    };
    if (run->rows.order == NULL || run->square == NULL || run->square_common == NULL) {
        few_pairs_free(run);
        return NULL;
    }
    atomic_init(&run->next_row, 0);
    atomic_init(&run->next_finish, 0);
    return run;
}

void few_pairs_stop(FewPairs *run) { atomic_store(&run->next_row, run->rows.n_users); }

/* ---------------------------------------------------------------------------------------------------------------------
 * Rows of the square
 */

/* What damped_pearson gives for n sums, its steps in doubles: the integers are below 2^53, so exact in them. */
CLONES static void similarities(const Sums *restrict sums, int32_t n, double damping, double min_common,
                                double *restrict similarity, int32_t *restrict n_common) {
    const Word *words = (const Word *)sums;
    for (int32_t v = 0; v < n; v++) {
        const double xy = packed_xy(words + 2 * v), x = packed_x(words + 2 * v), y = packed_y(words + 2 * v);
        const double xx = packed_xx(words + 2 * v), yy = packed_yy(words + 2 * v), common = packed_n(words + 2 * v);
        const double variance_x = common * xx - x * x, variance_y = common * yy - y * y;
        double r = (common * xy - x * y) / sqrt(variance_x * variance_y);
        r = r < -1.0 ? -1.0 : r;
        r = r > 1.0 ? 1.0 : r;
        const double damped = r * (common / (common + damping));
        similarity[v] = (common >= min_common) & (variance_x > 0.0) & (variance_y > 0.0) ? damped : NONE;
        n_common[v] = packed_n(words + 2 * v);
    }
}

/* Add the films of the user at a place to wide sums, a chunk at a time, for it rated more than a chunk. */
static void add_long_row(const Rows *rows, const Lists *lists, int32_t place, Sums *sums, WideSums *wide) {
    for (int64_t p = row_begin(rows, place), end = row_end(rows, place); p < end; p += CHUNK) {
        const int64_t length = end - p < CHUNK ? end - p : CHUNK;
        add_row_within(sums, lists, place, rows->items + p, rows->scores + p, length);
        for (int32_t v = place + 1; v < rows->n_users; v++) {
            add_wide(&wide[v], sums[v]);
        }
        memset(sums, 0, sizeof(Sums) * (size_t)rows->n_users);
    }
}

/* Compare the user at a place with all after it. sums and wide: [n_users], zero before and after. */
static void fill_row(FewPairs *run, const Lists *lists, int32_t place, Sums *sums, WideSums *wide) {
    const Rows *rows = &run->rows;
    const int64_t begin = row_begin(rows, place), n_ratings = row_end(rows, place) - begin;
    const int32_t n = rows->n_users, first = place + 1;
    double *similarity = run->square + (size_t)place * n;
    int32_t *n_common = run->square_common + (size_t)place * n;
    if (n_ratings <= CHUNK) {
        add_row_within(sums, lists, place, rows->items + begin, rows->scores + begin, n_ratings);
        similarities(sums + first, n - first, run->damping, run->min_common, similarity + first, n_common + first);
        memset(sums, 0, sizeof(Sums) * (size_t)n);
        return;
    }
    add_long_row(rows, lists, place, sums, wide);
    for (int32_t v = first; v < n; v++) {
        const double damped = damped_pearson(wide[v], run->damping, run->min_common);
        similarity[v] = isnan(damped) ? NONE : damped;
        n_common[v] = (int32_t)wide[v].n;
    }
    memset(wide, 0, sizeof(WideSums) * (size_t)n);
}

int32_t few_pairs_work(FewPairs *run) {
    const Rows *rows = &run->rows;
    const size_t n_users = (size_t)rows->n_users;
    Lists lists;
    const int32_t status = open_lists(&lists, rows->n_items, (size_t)rows->user_ptr[n_users]);
    Sums *sums = lines_of_zeros(n_users, sizeof(Sums));
    WideSums *wide = calloc(n_users + 1, sizeof(WideSums));
    if (status != 0 || sums == NULL || wide == NULL) {
        few_pairs_stop(run);
    } else {
        list_raters(rows, &lists, 0, rows->n_users);
        group_raters(&lists, rows->n_items);
    }
    for (int32_t place; (place = atomic_fetch_add(&run->next_row, ROWS_A_TASK)) < rows->n_users;) {
        for (const int32_t end = place + ROWS_A_TASK; place < end && place < rows->n_users; place++) {
            fill_row(run, &lists, place, sums, wide);
        }
    }
    const int32_t result = status != 0 || sums == NULL || wide == NULL ? -1 : 0;
    close_lists(&lists);
    free(sums);
    free(wide);
    return result;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * The nearest of each
 */

/* Write whole rows of the places first to end: what stands in their rows of the square, of those after them, and in
 * their columns, of those before. rows: [ROWS_A_FINISH, n_users]. */
static void gather_rows(const FewPairs *run, int32_t first, int32_t end, double *rows) {
    const size_t n = (size_t)run->rows.n_users;
    for (int32_t v = 0; v < first; v++) {
        const double *from = run->square + (size_t)v * n;
        if (v + AHEAD < first) { /* no processor guesses such steps */
            __builtin_prefetch(from + AHEAD * n + first);
        }
        for (int32_t w = first; w < end; w++) {
            rows[(size_t)(w - first) * n + (size_t)v] = from[w];
        }
    }
    for (int32_t v = first; v < end; v++) {
        const double *from = run->square + (size_t)v * n;
        double *row = rows + (size_t)(v - first) * n;
        row[v] = NONE;
        memcpy(row + v + 1, from + v + 1, sizeof(double) * (n - (size_t)v - 1));
        for (int32_t w = v + 1; w < end; w++) {
            rows[(size_t)(w - first) * n + (size_t)v] = from[w];
        }
    }
}

CLONES static int32_t n_from(const double *similarity, int32_t n, double floor) {
    int64_t n_above = 0; /* as wide as what is compared */
    for (int32_t v = 0; v < n; v++) {
        n_above += similarity[v] >= floor;
    }
    return (int32_t)n_above;
}

/* Return a floor under the k nearest of a row, and over most of the others; NONE where there are no k. Counting a row
 * again and again, as vectors, takes a fraction of what a histogram takes. */
static double floor_under(const double *similarity, int32_t n, int32_t k) {
    double low = -1.0, high = 1.0;
    if (n_from(similarity, n, low) < k) {
        return NONE;
    }
    for (int32_t step = 0, n_low = n; step < HALVINGS && n_low > k + k / 4; step++) {
        const double middle = (low + high) / 2;
        const int32_t n_above = n_from(similarity, n, middle);
        if (n_above >= k) {
            low = middle;
            n_low = n_above;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Sort n candidates, nearest first: each goes to the place that is the number of those nearer. */
CLONES static void sort_by_counting(Candidate *candidates, int32_t n, Candidate *sorted) {
    double similarity[MOST_COUNTED], user[MOST_COUNTED];
    for (int32_t j = 0; j < n; j++) {
        similarity[j] = candidates[j].similarity;
        user[j] = candidates[j].user;
    }
    for (int32_t i = 0; i < n; i++) {
        int64_t n_nearer = 0;
        for (int32_t j = 0; j < n; j++) {
            n_nearer += (similarity[j] > similarity[i]) | ((similarity[j] == similarity[i]) & (user[j] < user[i]));
        }
        sorted[n_nearer] = candidates[i];
    }
    memcpy(candidates, sorted, sizeof(Candidate) * (size_t)n);
}

/* Where a pair stands in the square. */
static size_t pair_at(const FewPairs *run, int32_t place, int32_t other) {
    const size_t n = (size_t)run->rows.n_users;
    return other < place ? (size_t)other * n + (size_t)place : (size_t)place * n + (size_t)other;
}

/* Put the k nearest of the user at a place into the results. nearest: [n_users + MOST_COUNTED]. */
static void choose(FewPairs *run, int32_t place, const double *similarity, double floor, Candidate *nearest) {
    int32_t n = 0;
    for (int32_t v = 0; v < run->rows.n_users; v++) {
        nearest[n] = (Candidate){similarity[v], run->rows.order[v], v};
        n += (similarity[v] >= floor) & (similarity[v] > NONE);
    }
    select_nearest(nearest, n, run->k);
    n = n < run->k ? n : run->k;
    for (int32_t j = 0; j < n; j++) {
        __builtin_prefetch(run->square_common + pair_at(run, place, nearest[j].n_common));
    }
    if (n <= MOST_COUNTED) {
        sort_by_counting(nearest, n, nearest + run->rows.n_users);
    } else {
        sort_nearest(nearest, n);
    }
    const int64_t row = (int64_t)run->rows.order[place] * run->k;
    for (int32_t j = 0; j < run->k; j++) {
        const int is_one = j < n;
        run->users[row + j] = is_one ? nearest[j].user : -1;
        run->similarity[row + j] = is_one ? nearest[j].similarity : NAN;
        run->n_common[row + j] = is_one ? run->square_common[pair_at(run, place, nearest[j].n_common)] : 0;
    }
}

int32_t few_pairs_finish(FewPairs *run) {
    const int32_t n_users = run->rows.n_users;
    double *rows = malloc(sizeof(double) * ((size_t)n_users * ROWS_A_FINISH + 1));
    Candidate *nearest = malloc(sizeof(Candidate) * ((size_t)n_users + MOST_COUNTED)); /* n_common: the place */
    const int32_t status = rows == NULL || nearest == NULL ? -1 : 0;
    for (int32_t first; status == 0 && (first = atomic_fetch_add(&run->next_finish, ROWS_A_FINISH)) < n_users;) {
        const int32_t end = first + ROWS_A_FINISH < n_users ? first + ROWS_A_FINISH : n_users;
        gather_rows(run, first, end, rows);
        for (int32_t place = first; place < end; place++) {
            const double *similarity = rows + (size_t)(place - first) * n_users;
            choose(run, place, similarity, floor_under(similarity, n_users, run->k), nearest);
        }
    }
    free(rows);
    free(nearest);
    return status;
}
