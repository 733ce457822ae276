/* Exact damped Pearson correlation between all users, and the k most similar of each, where users are few.
 *
 * What neighbours.c does, with the same bits, for a single tile (raters.h): each pair is computed once, and the sums of
 * all are kept until every row is there. So nothing is offered to the other user's record under a lock, and each user's
 * nearest are chosen once, from a whole row: by approximations of all, and the similarities of those few who can be
 * among them (approximate.h). For more than FEW_USERS it would take too much memory; for more than CHUNK films in
 * common, the sums don't fit.
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

#include "approximate.h"
#include "clones.h"
#include "dense.h"
#include "large.h"
#include "nearest.h"
#include "packed.h"
#include "pearson.h"
#include "raters.h"

enum {
    ROWS_A_FINISH = 16, /* floats in a cache line: columns are read so many at a time */
    AHEAD = 24,         /* so many lines ahead a column is fetched */
    MOST_COUNTED = 128, /* candidates sorted by counting */
};

_Static_assert((int)FEW_USERS <= (int)TILE, "few users are one tile");

struct FewPairs {
    Rows rows;
    Lists lists; /* of `dense.rest` */
    Dense dense;

    int32_t k, min_common, wide;
    double damping;
    int32_t *users, *n_common; /* results, [n_users, k] */
    double *similarity;

    char *block; /* the memory of all that follows, and of `lists` and `dense` */
    Sums *sums;  /* of each user with those after it, by place, a triangle: see pair_at */
    float *near; /* [n_users, n_users], approximate similarities of the same; what lies before is not written */

    _Atomic int32_t next_row;
    _Atomic int32_t next_finish;
};

/* Where the sums of a pair stand, the second after the first. */
static inline int64_t pair_at(const FewPairs *run, int64_t place, int64_t other) {
    return place * (2 * (int64_t)run->rows.n_users - place - 3) / 2 + other - 1;
}

void few_pairs_free(FewPairs *run) {
    if (run != NULL) {
        free(run->rows.order);
        free(run->dense.column);
        free(run->block);
        free(run);
    }
}

/* Ratings of the films that are not dense. */
typedef struct {
    int64_t *ptr;
    int32_t *items;
    uint8_t *scores;
} Rest;

/* Lay out the memory of a run, see next_part; returns the bytes. */
static size_t lay_out(FewPairs *run, Rest *rest, char *memory) {
    const size_t n = (size_t)run->rows.n_users, n_ratings = (size_t)run->rows.user_ptr[n];
    const size_t n_rest = run->dense.n_steps > 0 ? n_ratings : 0, n_steps = (size_t)run->dense.n_steps;
    size_t used = 0;
    run->sums = next_part(memory, &used, sizeof(Sums) * (n * n / 2 + 1));
    run->near = next_part(memory, &used, sizeof(float) * (n * n + 1));
    lay_lists(&run->lists, memory, &used, run->rows.n_items, n_ratings);
    run->dense.planes = next_part(memory, &used, sizeof(Planes) * (size_t)n_blocks(run->rows.n_users) * (n_steps + 1));
    rest->ptr = next_part(memory, &used, sizeof(int64_t) * (n + 1));
    rest->items = next_part(memory, &used, sizeof(int32_t) * (n_rest + 1));
    rest->scores = next_part(memory, &used, n_rest + 1);
    return used;
}

FewPairs *few_pairs_new(int32_t n_users, int32_t n_items, const int64_t *user_ptr, const int32_t *items,
                        const uint8_t *scores, int32_t k, double damping, int32_t min_common, int32_t wide,
                        int32_t *users, double *similarity, int32_t *n_common) {
    FewPairs *run = calloc(1, sizeof *run);
    int32_t *column = malloc(sizeof(int32_t) * ((size_t)n_items + 1));
    if (run == NULL || column == NULL) {
        free(run);
        free(column);
        return NULL;
    }
    run->rows = (Rows){n_users, n_items, user_ptr, items, scores, ordered_users(n_users, n_items, user_ptr)};
    run->k = k, run->min_common = min_common, run->damping = damping, run->wide = wide;
    run->users = users, run->similarity = similarity, run->n_common = n_common;
    run->dense = (Dense){.column = column, .rest = run->rows};
    if (wide && DENSE_HERE()) {
        find_dense(&run->dense, &run->rows);
    }
    Rest rest;
    run->block = large_memory(lay_out(run, &rest, NULL));
    if (run->rows.order == NULL || run->block == NULL) {
        few_pairs_free(run);
        return NULL;
    }
    lay_out(run, &rest, run->block);
    if (run->dense.n_steps > 0) {
        memset(run->dense.planes, 0, sizeof(Planes) * (size_t)n_blocks(n_users) * (size_t)(run->dense.n_steps + 1));
        part_ratings(&run->dense, &run->rows, rest.ptr, rest.items, rest.scores);
    }
    list_raters(&run->dense.rest, &run->lists, 0, n_users);
    group_raters(&run->lists, n_items, run->dense.n_steps > 0 ? UINT32_MAX : 0); /* the rest were rated by few */
    atomic_init(&run->next_row, 0);
    atomic_init(&run->next_finish, 0);
    return run;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Rows
 */

/* Similarities of the user at a place with all after it, of whom the sums are given. */
static void settle_row(FewPairs *run, int32_t place, const Sums *sums) {
    const int32_t first = place + 1, n = run->rows.n_users - first;
    Sums *copies = run->sums + pair_at(run, place, first);
    float *near = run->near + (int64_t)place * run->rows.n_users + first;
#ifdef WIDE
    if (run->wide) {
        approximate_wide(n, sums + first, run->damping, run->min_common, copies, near);
        return;
    }
#endif
    approximate(n, sums + first, run->damping, run->min_common, copies, near);
}

/* Compare the users from `first` to before `end`, a block at the most, with all after them. sums: by place,
 * [USERS_A_TIME, pitch]. */
static void fill_rows(FewPairs *run, int32_t first, int32_t end, int64_t pitch, Sums *sums) {
    const Rows *rest = &run->dense.rest;
    for (int32_t place = first; place < end; place++) {
        Sums *own = sums + place % USERS_A_TIME * pitch;
        if (run->dense.n_steps == 0) {
            memset(own, 0, sizeof *own * (size_t)rest->n_users);
        }
#ifdef WIDE
        else if (place % USERS_A_TIME == 0) {
            dense_sums(&run->dense, place / ABREAST, n_blocks(rest->n_users), place % ABREAST, pitch, sums);
        }
#endif
        const int64_t begin = row_begin(rest, place), n = row_end(rest, place) - begin;
        add_row_within(own, &run->lists, place, rest->items + begin, rest->scores + begin, n);
        settle_row(run, place, own);
    }
}

int32_t few_pairs_work(FewPairs *run) {
    const int32_t n_users = run->rows.n_users;
    const int64_t pitch = (int64_t)n_blocks(n_users) * ABREAST;
    Sums *sums = lines_of_zeros(USERS_A_TIME * (size_t)pitch, sizeof(Sums));
    if (sums == NULL) {
        atomic_store(&run->next_row, n_users); /* the other need not go on */
        return -1;
    }
    for (int32_t place; (place = atomic_fetch_add(&run->next_row, ABREAST)) < n_users;) {
        fill_rows(run, place, place + ABREAST < n_users ? place + ABREAST : n_users, pitch, sums);
    }
    free(sums);
    return 0;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * The nearest of each
 */

/* Write whole rows of the places first to end: what stands in their rows, of those after them, and in their columns, of
 * those before. rows: [ROWS_A_FINISH, n_users]. */
static void gather_rows(const FewPairs *run, int32_t first, int32_t end, float *rows) {
    const size_t n = (size_t)run->rows.n_users;
    for (int32_t v = 0; v < first; v++) {
        const float *from = run->near + (size_t)v * n;
        if (v + AHEAD < first) { /* no processor guesses such steps */
            __builtin_prefetch(from + AHEAD * n + first);
            __builtin_prefetch(from + AHEAD * n + end - 1);
        }
        for (int32_t w = first; w < end; w++) {
            rows[(size_t)(w - first) * n + (size_t)v] = from[w];
        }
    }
    for (int32_t v = first; v < end; v++) {
        const float *from = run->near + (size_t)v * n;
        float *row = rows + (size_t)(v - first) * n;
        row[v] = NONE;
        memcpy(row + v + 1, from + v + 1, sizeof(float) * (n - (size_t)v - 1));
        for (int32_t w = v + 1; w < end; w++) {
            rows[(size_t)(w - first) * n + (size_t)v] = from[w];
        }
    }
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

/* What a thread chooses with, each [n_users + MOST_COUNTED]. */
typedef struct {
    int32_t *places, *n_common;
    LooseSums *sums;
    double *similarity;
    Candidate *nearest;
    float floor; /* of the last user */
} Choice;

static inline const Sums *sums_of(const FewPairs *run, int32_t place, int32_t other) {
    return run->sums + (other < place ? pair_at(run, other, place) : pair_at(run, place, other));
}

/* Put the k nearest of the user at a place into the results. near: its whole row. */
static void choose(FewPairs *run, int32_t place, const float *near, Choice *choice) {
    const int32_t n_users = run->rows.n_users, *order = run->rows.order;
    choice->floor = floor_under(near, n_users, run->k, choice->floor);
    const float reached = choice->floor - 3 * NEARNESS * fabsf(choice->floor);
    int32_t n = reaching(n_users, near, reached, run->wide, choice->places);
    const int32_t *places = choice->places;
    for (int32_t j = 0; j < n; j++) {
        __builtin_prefetch(sums_of(run, place, places[j]));
    }
    for (int32_t j = 0; j < n; j++) {
        choice->sums[j] = *sums_of(run, place, places[j]);
    }
    finish_pearson(n, choice->sums, run->damping, run->min_common, choice->similarity, choice->n_common);
    Candidate *nearest = choice->nearest;
    for (int32_t j = 0; j < n; j++) {
        nearest[j] = (Candidate){choice->similarity[j], order[places[j]], choice->n_common[j]};
    }
    if (n > MOST_COUNTED) {
        select_nearest(nearest, n, run->k);
        n = n < run->k ? n : run->k;
    }
    if (n <= MOST_COUNTED) {
        sort_by_counting(nearest, n, nearest + n_users);
    } else {
        sort_nearest(nearest, n);
    }
    const int64_t row = (int64_t)order[place] * run->k;
    for (int32_t j = 0; j < run->k; j++) {
        const int is_one = j < n;
        run->users[row + j] = is_one ? nearest[j].user : -1;
        run->similarity[row + j] = is_one ? nearest[j].similarity : NAN;
        run->n_common[row + j] = is_one ? nearest[j].n_common : 0;
    }
}

int32_t few_pairs_finish(FewPairs *run) {
    const int32_t n_users = run->rows.n_users;
    const size_t room = (size_t)n_users + MOST_COUNTED;
    float *rows = malloc(sizeof(float) * ((size_t)n_users * ROWS_A_FINISH + 1));
    Choice choice = {
        .places = malloc(sizeof(int32_t) * room),
        .n_common = malloc(sizeof(int32_t) * room),
        .sums = lines_of_zeros(room, sizeof(Sums)),
        .similarity = malloc(sizeof(double) * room),
        .nearest = malloc(sizeof(Candidate) * room),
    };
    const int is_ready = rows && choice.places && choice.n_common && choice.sums && choice.similarity && choice.nearest;
    for (int32_t first; is_ready && (first = atomic_fetch_add(&run->next_finish, ROWS_A_FINISH)) < n_users;) {
        const int32_t end = first + ROWS_A_FINISH < n_users ? first + ROWS_A_FINISH : n_users;
        gather_rows(run, first, end, rows);
        for (int32_t place = first; place < end; place++) {
            choose(run, place, rows + (size_t)(place - first) * (size_t)n_users, &choice);
        }
    }
    free(rows);
    free(choice.places);
    free(choice.n_common);
    free(choice.sums);
    free(choice.similarity);
    free(choice.nearest);
    return is_ready ? 0 : -1;
}
