/* Users in the order of how many films they rated, the lists of a tile's raters film by film, and the sums of one user
 * with all of a tile. What neighbours.c and few.c share; how it is used stands there.
 */
#ifndef CAMFLIX_RATERS_H
#define CAMFLIX_RATERS_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "packed.h"

enum {
    TILE = 2048,     /* users; their sums take 32 KiB, and 16 * TILE must fit the 16 bits of an offset */
    FETCH_START = 8, /* so many films ahead, a film's ListStart is fetched */
    FETCH_LIST = 2,  /* so many films ahead, its list */
    LINE = 64,       /* bytes of a cache line */
};

/* Ratings by user, the caller's; and the users by how many films they rated. */
typedef struct {
    int32_t n_users, n_items;
    const int64_t *user_ptr;
    const int32_t *items;
    const uint8_t *scores;
    int32_t *order; /* [n_users], the user at each place: those with most ratings first */
} Rows;

/* Where the ratings of the user at a place begin and end. */
static inline int64_t row_begin(const Rows *rows, int32_t place) { return rows->user_ptr[rows->order[place]]; }

static inline int64_t row_end(const Rows *rows, int32_t place) { return rows->user_ptr[rows->order[place] + 1]; }

/* Users by how many films they rated, most first; equal ones by index. Null when there is no memory. */
static inline int32_t *ordered_users(int32_t n_users, int32_t n_items, const int64_t *user_ptr) {
    int32_t *order = malloc(sizeof(int32_t) * ((size_t)n_users + 1));
    int32_t *starts = calloc((size_t)n_items + 2, sizeof(int32_t)); /* of those who left n films unrated */
    if (order == NULL || starts == NULL) {
        free(order);
        free(starts);
        return NULL;
    }
    for (int32_t u = 0; u < n_users; u++) {
        starts[n_items - (user_ptr[u + 1] - user_ptr[u]) + 1]++;
    }
    for (int32_t n = 0; n < n_items; n++) {
        starts[n + 1] += starts[n];
    }
    for (int32_t u = 0; u < n_users; u++) {
        order[starts[n_items - (user_ptr[u + 1] - user_ptr[u])]++] = u;
    }
    free(starts);
    return order;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * The raters of a tile, film by film
 */

/* A user of the tile is an offset into the sums in bytes; a score is an offset into a row of INCREMENTS. */
typedef uint32_t Entry; /* user offset in the upper half, score offset in the lower */

static inline Entry entry_of(int32_t place, uint8_t score) {
    return (uint32_t)place * sizeof(Sums) << 16 | (uint32_t)score * sizeof(Sums);
}

static inline int32_t score_of(Entry entry) { return (int32_t)((entry & 0xFFFF) / sizeof(Sums)); }

/* Where the groups and the single entries of a film begin; they end where those of the next film begin. */
typedef struct {
    uint32_t group, single;
} ListStart;

typedef struct {
    uint32_t *starts;      /* [n_items + 1] and one to make them, of the film's entries, ordered by user */
    Entry *entries;
    ListStart *lists;      /* [n_items + 1] */
    uint64_t *groups;      /* four user offsets of 16 bits, all with the same score */
    uint16_t *group_score; /* beside groups, the score offset */
    Entry *singles;        /* what did not fill a group */
} Lists;

/* The next of the parts of a block of memory, each from the start of a line on; only counted while `memory` is null. */
static inline void *next_part(char *memory, size_t *used, size_t bytes) {
    if (*used == 0) {
        *used = memory == NULL ? LINE - 1 : -(uintptr_t)memory % LINE;
    }
    void *part = memory == NULL ? NULL : memory + *used;
    *used += (bytes + LINE - 1) / LINE * LINE;
    return part;
}

/* Lay out lists of at most n_ratings in a block of memory, see next_part. */
static inline void lay_lists(Lists *lists, char *memory, size_t *used, int32_t n_items, size_t n_ratings) {
    lists->starts = next_part(memory, used, sizeof(uint32_t) * ((size_t)n_items + 2));
    lists->entries = next_part(memory, used, sizeof(Entry) * (n_ratings + 1));
    lists->lists = next_part(memory, used, sizeof(ListStart) * ((size_t)n_items + 1));
    lists->groups = next_part(memory, used, sizeof(uint64_t) * (n_ratings / 4 + 1));
    lists->group_score = next_part(memory, used, sizeof(uint16_t) * (n_ratings / 4 + 1));
    lists->singles = next_part(memory, used, sizeof(Entry) * (n_ratings + 1));
}

static inline void *lines_of_zeros(size_t n, size_t size) {
    const size_t bytes = (n * size + LINE - 1) / LINE * LINE + LINE;
    void *memory = aligned_alloc(LINE, bytes);
    if (memory != NULL) {
        memset(memory, 0, bytes);
    }
    return memory;
}

/* Lists of the users of a tile, by counting sort. */
static inline void list_raters(const Rows *rows, Lists *lists, int32_t first, int32_t end) {
    uint32_t *next = lists->starts + 1; /* next[i] moves from the start of film i to its end, the start of i + 1 */
    memset(lists->starts, 0, sizeof(uint32_t) * ((size_t)rows->n_items + 2));
    for (int32_t v = first; v < end; v++) {
        for (int64_t p = row_begin(rows, v); p < row_end(rows, v); p++) {
            lists->starts[rows->items[p] + 2]++;
        }
    }
    for (int32_t i = 0; i < rows->n_items; i++) {
        lists->starts[i + 2] += lists->starts[i + 1];
    }
    for (int32_t v = first; v < end; v++) {
        for (int64_t p = row_begin(rows, v); p < row_end(rows, v); p++) {
            lists->entries[next[rows->items[p]]++] = entry_of(v - first, rows->scores[p]);
        }
    }
}

/* Gather in each film's list the users with equal scores into groups of four. Groups are ordered by their last user,
 * and what is left by user: so a user of the tile finds those after it at the ends (add_row_within). Films with fewer
 * raters than `fewest` are left as they are. */
static inline void group_raters(Lists *lists, int32_t n_items, uint32_t fewest) {
    uint32_t n_groups = 0, n_singles = 0;
    for (int32_t i = 0; i < n_items; i++) {
        const Entry *entries = lists->entries + lists->starts[i];
        const uint32_t n = lists->starts[i + 1] - lists->starts[i];
        uint64_t open[MOST_SCORE + 1];
        uint8_t n_open[MOST_SCORE + 1] = {0};
        lists->lists[i] = (ListStart){n_groups, n_singles};
        if (n < fewest) {
            memcpy(lists->singles + n_singles, entries, sizeof(Entry) * n);
            n_singles += n;
            continue;
        }
        for (uint32_t e = 0; e < n; e++) {
            const int32_t score = score_of(entries[e]);
            const uint64_t place = (uint64_t)(entries[e] >> 16) << 16 * n_open[score];
            open[score] = n_open[score] == 0 ? place : open[score] | place;
            if (++n_open[score] == 4) {
                lists->groups[n_groups] = open[score];
                lists->group_score[n_groups++] = (uint16_t)(entries[e] & 0xFFFF);
                n_open[score] = 0;
            }
        }
        const uint32_t n_left = n - 4 * (n_groups - lists->lists[i].group);
        n_singles += n_left;
        Entry *single = lists->singles + n_singles;
        for (const Entry *entry = entries + n; single > lists->singles + n_singles - n_left;) {
            const int32_t score = score_of(*--entry);
            if (n_open[score] > 0) { /* the last users of a score are the ones left */
                n_open[score]--;
                *--single = *entry;
            }
        }
    }
    lists->lists[n_items] = (ListStart){n_groups, n_singles};
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Sums of one user with a tile
 */

static inline void add_at(Sums *sums, uint64_t offset, Sums increment) {
    Sums *at = (Sums *)((char *)sums + offset);
    *at += increment;
}

static inline void add_group(Sums *sums, uint64_t four, Sums increment) {
    add_at(sums, four & 0xFFFF, increment);
    add_at(sums, four >> 16 & 0xFFFF, increment);
    add_at(sums, four >> 32 & 0xFFFF, increment);
    add_at(sums, four >> 48, increment);
}

static inline Sums increment_at(const Sums *increments, uint32_t offset) {
    return *(const Sums *)((const char *)increments + offset);
}

/* Add one user's n films (at most CHUNK) to the sums with every user of another tile. */
static inline void add_row(Sums *restrict sums, const Lists *lists, const int32_t *items, const uint8_t *scores, int64_t n) {
    const ListStart *starts = lists->lists;
    const uint64_t *groups = lists->groups;
    const uint16_t *group_score = lists->group_score;
    const Entry *singles = lists->singles;
    for (int64_t q = 0; q < n; q++) {
        if (q + FETCH_START < n) {
            __builtin_prefetch(starts + items[q + FETCH_START]);
        }
        if (q + FETCH_LIST < n) {
            const ListStart coming = starts[items[q + FETCH_LIST]];
            __builtin_prefetch(groups + coming.group);
            __builtin_prefetch(singles + coming.single);
        }
        const ListStart start = starts[items[q]], end = starts[items[q] + 1];
        const Sums *increments = INCREMENTS[scores[q]];
        for (uint32_t g = start.group; g < end.group; g++) {
            add_group(sums, groups[g], increment_at(increments, group_score[g]));
        }
        for (uint32_t e = start.single; e < end.single; e++) {
            add_at(sums, singles[e] >> 16, increment_at(increments, singles[e] & 0xFFFF));
        }
    }
}

/* The same for a user at `place` of the tile itself: with all users after it, and with some before it, for the group in
 * which the first of those after it stands is added as a whole. */
static inline void add_row_within(Sums *restrict sums, const Lists *lists, int32_t place, const int32_t *items,
                           const uint8_t *scores, int64_t n) {
    const ListStart *starts = lists->lists;
    const uint64_t *groups = lists->groups;
    const uint16_t *group_score = lists->group_score;
    const Entry *singles = lists->singles;
    const uint32_t own = (uint32_t)place * sizeof(Sums);
    for (int64_t q = 0; q < n; q++) {
        if (q + FETCH_START < n) {
            __builtin_prefetch(starts + items[q + FETCH_START]);
        }
        if (q + FETCH_LIST < n) {
            const ListStart coming = starts[items[q + FETCH_LIST] + 1];
            __builtin_prefetch(groups + coming.group - 1);
            __builtin_prefetch(singles + coming.single - 1);
        }
        const ListStart start = starts[items[q]], end = starts[items[q] + 1];
        const Sums *increments = INCREMENTS[scores[q]];
        for (uint32_t g = end.group; g > start.group && groups[g - 1] >> 48 > own; g--) {
            add_group(sums, groups[g - 1], increment_at(increments, group_score[g - 1]));
        }
        for (uint32_t e = end.single; e > start.single && singles[e - 1] >> 16 > own; e--) {
            add_at(sums, singles[e - 1] >> 16, increment_at(increments, singles[e - 1] & 0xFFFF));
        }
    }
}

#endif
