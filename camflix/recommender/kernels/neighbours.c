/* Exact damped Pearson correlation between all users, and the k most similar of each.
 *
 * Method. Users are cut into tiles of TILE. For a tile, the lists of its raters are made, film by film. A user u is
 * then compared with the whole tile at once: walk the lists of the films that u rated and add, for each rater v found
 * there, one increment to the sums of (u, v) (packed.h). The sums of a tile lie in the first-level cache, and only
 * films that both rated are ever touched: the work is W = sum over films of (raters choose 2), not users^2 * films.
 * Each pair is computed once, for u < v, and offered to both.
 *
 * What makes it fast beside that:
 *   - users stand in the order of how many films they rated, most first (a user's place; only results go by index).
 *     Damping makes those the likely neighbours, so the k-th similarity of everybody rises early and most of the rest
 *     need not be looked at;
 *   - within a film's list, raters who gave the same score stand in groups of four, so that four additions share one
 *     increment and one load, within a tile as between tiles (raters.h);
 *   - the lists of the next films are fetched while the present one is walked;
 *   - of the finished sums most are thrown away for too few films in common, or by one comparison without division or
 *     root (candidates.h).
 *
 * Threads are the caller's: each calls all_pairs_work on the same run, which hands out tasks (a tile, and ROWS_A_TASK
 * users to compare with it) by an atomic counter. A thread makes the lists of its tile for itself. What threads share
 * is one small record per user of the nearest so far, under a spin lock. The k best in a total order are the same in
 * whatever order they arrive, so the result does not depend on the threads.
 */
#include <stdint.h>

#include "neighbours.cdef"

#include <math.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "candidates.h"
#include "nearest.h"
#include "packed.h"
#include "raters.h"

enum {
    BLOCK = 128,        /* users whose sums are looked through at once */
    ROWS_A_TASK = 32,   /* few enough that threads end together, enough that handing out costs nothing */
    ROWS_A_FINISH = 64,
    SPINS = 200,        /* tries to get a lock before the processor is given to others */
    MANY_WAITING = 64,  /* candidates per user that wait to be settled, as long as users are few */
    FEW_WAITING = 16,
    MANY_USERS = 65536, /* from here on memory counts more */
};

#define FLOOR_OF_ALL (-2.0) /* under any similarity */

/* Increments, written out by the preprocessor so that they are constant data. */
#define ONE(x, y) {(uint64_t)(x) * (y) << 38 | (uint64_t)(x) << 19 | (y), \
                   (uint64_t)(x) * (x) << 38 | (uint64_t)(y) * (y) << 12 | 1}
#define TEN(x, y) ONE(x, y), ONE(x, y + 1), ONE(x, y + 2), ONE(x, y + 3), ONE(x, y + 4), ONE(x, y + 5), \
                  ONE(x, y + 6), ONE(x, y + 7), ONE(x, y + 8), ONE(x, y + 9)
#define ROW(x) {TEN(x, 0), TEN(x, 10), TEN(x, 20), TEN(x, 30), TEN(x, 40), TEN(x, 50), TEN(x, 60), TEN(x, 70), \
                TEN(x, 80), TEN(x, 90), ONE(x, 100)}
#define TEN_ROWS(x) ROW(x), ROW(x + 1), ROW(x + 2), ROW(x + 3), ROW(x + 4), ROW(x + 5), ROW(x + 6), ROW(x + 7), \
                    ROW(x + 8), ROW(x + 9)
const Sums INCREMENTS[MOST_SCORE + 1][MOST_SCORE + 1] = {
    TEN_ROWS(0),  TEN_ROWS(10), TEN_ROWS(20), TEN_ROWS(30), TEN_ROWS(40), TEN_ROWS(50),
    TEN_ROWS(60), TEN_ROWS(70), TEN_ROWS(80), TEN_ROWS(90), ROW(100),
};

/* ---------------------------------------------------------------------------------------------------------------------
 * A run: what threads share
 */

/* The nearest of one user so far. The k kept ones stand in the results, unsorted; further ones wait until there are
 * enough of them to be worth a selection. All but `floor` is read and written under the lock. */
typedef struct {
    atomic_flag locked;
    uint8_t n_waiting;
    int32_t n_kept;
    _Atomic double floor; /* the similarity of the k-th; it only rises */
} Record;

struct AllPairs {
    Rows rows;

    int32_t k, min_common;
    double damping;
    int32_t *users, *n_common; /* results, [n_users, k] */
    double *similarity;

    Record *records;    /* [n_users], by place as `waiting` */
    Candidate *waiting; /* [n_users, n_waiting] */
    int32_t n_waiting;

    int64_t n_tasks;
    _Atomic int64_t next_task;
    _Atomic int64_t next_finish;
};

static int32_t n_tiles(const AllPairs *run) { return (run->rows.n_users + TILE - 1) / TILE; }

/* A tile is compared with all users before its end. Those with most ratings meet each other in the first one, so their
 * floors are high before the others come. */
static int32_t tile_first(int32_t tile) { return tile * TILE; }

static int32_t tile_end(const AllPairs *run, int32_t tile) {
    const int64_t end = (int64_t)tile_first(tile) + TILE;
    return end < run->rows.n_users ? (int32_t)end : run->rows.n_users;
}

static int64_t tile_tasks(const AllPairs *run, int32_t tile) {
    return (tile_end(run, tile) + ROWS_A_TASK - 1) / ROWS_A_TASK;
}

void all_pairs_free(AllPairs *run) {
    if (run != NULL) {
        free(run->rows.order);
        free(run->records);
        free(run->waiting);
        free(run);
    }
}

AllPairs *all_pairs_new(int32_t n_users, int32_t n_items, const int64_t *user_ptr, const int32_t *items,
                        const uint8_t *scores, int32_t k, double damping, int32_t min_common, int32_t *users,
                        double *similarity, int32_t *n_common) {
    AllPairs *run = malloc(sizeof *run);
    if (run == NULL) {
        return NULL;
    }
    *run = (AllPairs){
        .rows = {n_users, n_items, user_ptr, items, scores, ordered_users(n_users, n_items, user_ptr)},
        .k = k, .min_common = min_common, .damping = damping,
        .users = users, .n_common = n_common, .similarity = similarity,
        .n_waiting = n_users < MANY_USERS ? MANY_WAITING : FEW_WAITING,
    };
    run->records = calloc((size_t)n_users + 1, sizeof(Record));
    run->waiting = malloc(sizeof(Candidate) * ((size_t)n_users * run->n_waiting + 1));
    if (run->rows.order == NULL || run->records == NULL || run->waiting == NULL) {
        all_pairs_free(run);
        return NULL;
    }
    for (int32_t u = 0; u < n_users; u++) {
        atomic_flag_clear(&run->records[u].locked);
        atomic_init(&run->records[u].floor, FLOOR_OF_ALL);
    }
    for (int32_t tile = 0; tile < n_tiles(run); tile++) {
        run->n_tasks += tile_tasks(run, tile);
    }
    atomic_init(&run->next_task, 0);
    atomic_init(&run->next_finish, 0);
    return run;
}

void all_pairs_stop(AllPairs *run) { atomic_store(&run->next_task, run->n_tasks); }

/* ---------------------------------------------------------------------------------------------------------------------
 * The nearest so far
 */

/* Reduce what is kept and waiting for the user at a place to the k nearest; the caller holds the lock (or is alone).
 * scratch: [k + n_waiting]. Returns how many are kept, which then stand in scratch too. */
static int32_t settle(AllPairs *run, int32_t place, Candidate *scratch) {
    Record *record = &run->records[place];
    const int64_t row = (int64_t)run->rows.order[place] * run->k;
    int64_t n = record->n_kept;
    for (int64_t j = 0; j < n; j++) {
        scratch[j] = (Candidate){run->similarity[row + j], run->users[row + j], run->n_common[row + j]};
    }
    memcpy(scratch + n, run->waiting + (int64_t)place * run->n_waiting, sizeof(Candidate) * record->n_waiting);
    n += record->n_waiting;
    select_nearest(scratch, n, run->k);
    const int32_t n_kept = n < run->k ? (int32_t)n : run->k;
    for (int32_t j = 0; j < n_kept; j++) {
        run->similarity[row + j] = scratch[j].similarity;
        run->users[row + j] = scratch[j].user;
        run->n_common[row + j] = scratch[j].n_common;
    }
    record->n_kept = n_kept;
    record->n_waiting = 0;
    if (n_kept == run->k) {
        atomic_store_explicit(&record->floor, least_similarity(scratch, n_kept), memory_order_relaxed);
    }
    return n_kept;
}

/* Wait for a user's record. It is held for a microsecond at most, unless the system has put its holder aside. */
static void lock(Record *record) {
    for (int32_t tries = 1; atomic_flag_test_and_set_explicit(&record->locked, memory_order_acquire); tries++) {
        if (tries % SPINS == 0) {
            sched_yield();
        }
    }
}

/* Offer n candidates to a user; returns the user's floor. Equal to the floor is let in: the index may decide.
 * scratch: [k + n_waiting]. */
static double offer(AllPairs *run, int32_t user, const Candidate *candidates, int32_t n, Candidate *scratch) {
    Record *record = &run->records[user];
    Candidate *waiting = run->waiting + (int64_t)user * run->n_waiting;
    lock(record);
    for (int32_t j = 0; j < n; j++) {
        if (candidates[j].similarity >= atomic_load_explicit(&record->floor, memory_order_relaxed)) {
            waiting[record->n_waiting++] = candidates[j];
            if (record->n_waiting == run->n_waiting) {
                settle(run, user, scratch);
            }
        }
    }
    const double floor = atomic_load_explicit(&record->floor, memory_order_relaxed);
    atomic_flag_clear_explicit(&record->locked, memory_order_release);
    return floor;
}

/* What a thread has for itself. */
typedef struct {
    int32_t tile, first, end;
    Lists lists;
    char *block; /* the memory of `lists` */
    Sums *sums;      /* [TILE], zero between rows */
    WideSums *wide;  /* [TILE], for rows longer than CHUNK; null until there is one */
    float *floors;   /* [TILE], signed squares; as old as the task at the most, and floors only rise */
    int32_t *least;  /* [TILE], films in common that a floor needs */
    Shortlist row;   /* of the user who is compared */
    Candidate *scratch;
} Worker;

/* ---------------------------------------------------------------------------------------------------------------------
 * From sums to candidates
 */

static void set_floor(const AllPairs *run, Worker *worker, int32_t place, double floor) {
    worker->floors[place] = signed_square(floor);
    worker->least[place] = least_common(floor, run->damping, run->min_common);
}

/* Offer u to the user at a place of the tile, and put that user on u's shortlist. A similarity of NaN is none. */
static void offer_pair(AllPairs *run, Worker *worker, int32_t u, int32_t place, double similarity, int32_t n_common) {
    const int32_t v = worker->first + place;
    if (similarity >= atomic_load_explicit(&run->records[v].floor, memory_order_relaxed)) {
        const Candidate candidate = {similarity, run->rows.order[u], n_common};
        set_floor(run, worker, place, offer(run, v, &candidate, 1, worker->scratch));
    }
    if (similarity >= worker->row.floor) {
        add_to_shortlist(&worker->row, (Candidate){similarity, run->rows.order[v], n_common});
    }
}

/* Compute the similarity of u and those of TESTED users, from `place` of the tile on, who are flagged and may be near
 * enough; returns how many were added to `found`. */
static int32_t find_similar(const AllPairs *run, const Worker *worker, int32_t place, uint8_t *flags, Candidate *found) {
    int32_t n_found = 0;
    find_candidates((const Word *)(worker->sums + place), worker->floors + place, signed_square(worker->row.floor),
                    (float)run->damping, flags);
    for (int32_t v = 0; v < TESTED; v++) {
        if (flags[v]) {
            const WideSums sums = unpacked(worker->sums[place + v]);
            const double similarity = damped_pearson(sums, run->damping, run->min_common);
            found[n_found++] = (Candidate){similarity, place + v, (int32_t)sums.n};
        }
    }
    return n_found;
}

/* Offer what the packed sums of u with places `first` to the end of the tile are worth, and empty them. In blocks, for
 * u's floor rises fast in the first tiles, and what is flagged by an old floor costs time. */
static void offer_sums(AllPairs *run, Worker *worker, int32_t u, int32_t first) {
    const int32_t n = worker->end - worker->first;
    for (int32_t begin = first - first % TESTED; begin < n; begin += BLOCK) {
        const int32_t length = n - begin < BLOCK ? n - begin : BLOCK;
        uint8_t flags[BLOCK] = {0};
        const int32_t own_least = least_common(worker->row.floor, run->damping, run->min_common);
        find_common((const Word *)(worker->sums + begin), worker->least + begin, own_least, length, flags);
        memset(flags, 0, first > begin ? (size_t)(first - begin) : 0);
        Candidate found[BLOCK]; /* worth computing: all of them first, for taking a lock waits for what is computed */
        int32_t n_found = 0;
        for (int32_t v = 0; v < length; v += TESTED) {
            uint64_t any;
            memcpy(&any, flags + v, sizeof any);
            if (any != 0) {
                n_found += find_similar(run, worker, begin + v, flags + v, found + n_found);
            }
        }
        for (int32_t j = 0; j < n_found; j++) {
            offer_pair(run, worker, u, found[j].user, found[j].similarity, found[j].n_common);
        }
    }
    memset(worker->sums + first, 0, sizeof(Sums) * (size_t)(n - first));
}

/* The same for the wide sums of a user with very many ratings. */
static void offer_wide_sums(AllPairs *run, Worker *worker, int32_t u, int32_t first) {
    const int32_t n = worker->end - worker->first;
    for (int32_t place = first; place < n; place++) {
        const double similarity = damped_pearson(worker->wide[place], run->damping, run->min_common);
        offer_pair(run, worker, u, place, similarity, (int32_t)worker->wide[place].n);
    }
    memset(worker->wide + first, 0, sizeof(WideSums) * (size_t)(n - first));
}

/* Compare u with the users after it in the worker's tile. -1 when there is no memory. */
static int32_t compare(AllPairs *run, Worker *worker, int32_t u) {
    const int32_t place = u - worker->first, n = worker->end - worker->first;
    const int within = place >= 0;
    const int32_t first = within ? place + 1 : 0;
    const int64_t begin = row_begin(&run->rows, u), end = row_end(&run->rows, u);
    const int is_long = end - begin > CHUNK;
    if (is_long && worker->wide == NULL) {
        worker->wide = calloc(TILE, sizeof(WideSums));
        if (worker->wide == NULL) {
            return -1;
        }
    }
    for (int64_t p = begin; p < end; p += CHUNK) {
        const int64_t length = end - p < CHUNK ? end - p : CHUNK;
        if (within) {
            add_row_within(worker->sums, &worker->lists, place, run->rows.items + p, run->rows.scores + p, length);
        } else {
            add_row(worker->sums, &worker->lists, run->rows.items + p, run->rows.scores + p, length);
        }
        for (int32_t v = first; is_long && v < n; v++) {
            add_wide(&worker->wide[v], worker->sums[v]);
            worker->sums[v] = (Sums){0, 0};
        }
    }
    worker->row.n = 0;
    worker->row.floor = atomic_load_explicit(&run->records[u].floor, memory_order_relaxed);
    if (is_long) {
        offer_wide_sums(run, worker, u, first);
    } else {
        offer_sums(run, worker, u, first);
    }
    memset(worker->sums, 0, sizeof(Sums) * (size_t)first); /* what add_row_within left before u */
    if (worker->row.n > 0) {
        offer(run, u, worker->row.candidates, worker->row.n, worker->scratch);
    }
    return 0;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Threads
 */

static void close_worker(Worker *worker) {
    free(worker->block);
    free(worker->sums);
    free(worker->wide);
    free(worker->floors);
    free(worker->least);
    free(worker->row.candidates);
    free(worker->scratch);
}

/* Memory for any tile of the run. -1 when there is none. */
static int32_t open_worker(const AllPairs *run, Worker *worker) {
    size_t most = 0;
    for (int32_t tile = 0; tile < n_tiles(run); tile++) {
        size_t n = 0;
        for (int32_t v = tile_first(tile); v < tile_end(run, tile); v++) {
            n += (size_t)(row_end(&run->rows, v) - row_begin(&run->rows, v));
        }
        most = n > most ? n : most;
    }
    *worker = (Worker){
        .tile = -1,
        .sums = lines_of_zeros(TILE, sizeof(Sums)),
        .floors = lines_of_zeros(TILE, sizeof(float)),
        .least = lines_of_zeros(TILE, sizeof(int32_t)),
        .row = {
            .candidates = malloc(sizeof(Candidate) * ((size_t)run->k + MANY_WAITING)),
            .k = run->k,
            .capacity = run->k + MANY_WAITING,
        },
        .scratch = malloc(sizeof(Candidate) * ((size_t)run->k + (size_t)run->n_waiting)),
    };
    size_t bytes = 0;
    lay_lists(&worker->lists, NULL, &bytes, run->rows.n_items, most);
    worker->block = malloc(bytes);
    bytes = 0;
    lay_lists(&worker->lists, worker->block, &bytes, run->rows.n_items, most);
    if (!worker->block || !worker->sums || !worker->floors || !worker->least ||
        !worker->row.candidates || !worker->scratch) {
        close_worker(worker);
        return -1;
    }
    return 0;
}

/* Compare ROWS_A_TASK users, from u on, with a tile. */
static int32_t do_task(AllPairs *run, Worker *worker, int32_t tile, int32_t u) {
    if (worker->tile != tile) {
        worker->tile = tile;
        worker->first = tile_first(tile);
        worker->end = tile_end(run, tile);
        list_raters(&run->rows, &worker->lists, worker->first, worker->end);
        group_raters(&worker->lists, run->rows.n_items, 0);
    }
    for (int32_t v = worker->first; v < worker->end; v++) {
        const double floor = atomic_load_explicit(&run->records[v].floor, memory_order_relaxed);
        set_floor(run, worker, v - worker->first, floor);
    }
    for (int32_t end = u + ROWS_A_TASK; u < end && u < worker->end; u++) {
        if (compare(run, worker, u) != 0) {
            return -1;
        }
    }
    return 0;
}

int32_t all_pairs_work(AllPairs *run) {
    Worker worker;
    if (open_worker(run, &worker) != 0) {
        all_pairs_stop(run);
        return -1;
    }
    int32_t tile = 0, status = 0;
    int64_t tile_start = 0; /* the number of the tile's first task */
    for (int64_t task; status == 0 && (task = atomic_fetch_add(&run->next_task, 1)) < run->n_tasks;) {
        while (task >= tile_start + tile_tasks(run, tile)) {
            tile_start += tile_tasks(run, tile++);
        }
        status = do_task(run, &worker, tile, (int32_t)(task - tile_start) * ROWS_A_TASK);
    }
    close_worker(&worker);
    if (status != 0) {
        all_pairs_stop(run);
    }
    return status;
}

int32_t all_pairs_finish(AllPairs *run) {
    Candidate *scratch = malloc(sizeof(Candidate) * ((size_t)run->k + (size_t)run->n_waiting));
    if (scratch == NULL) {
        return -1;
    }
    for (int64_t u; (u = atomic_fetch_add(&run->next_finish, ROWS_A_FINISH)) < run->rows.n_users;) {
        for (const int64_t end = u + ROWS_A_FINISH; u < end && u < run->rows.n_users; u++) {
            const int32_t n_kept = settle(run, (int32_t)u, scratch);
            sort_nearest(scratch, n_kept);
            for (int64_t j = 0, row = (int64_t)run->rows.order[u] * run->k; j < run->k; j++) {
                run->users[row + j] = j < n_kept ? scratch[j].user : -1;
                run->similarity[row + j] = j < n_kept ? scratch[j].similarity : NAN;
                run->n_common[row + j] = j < n_kept ? scratch[j].n_common : 0;
            }
        }
    }
    free(scratch);
    return 0;
}
