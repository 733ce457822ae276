/* What a person's neighbours say of films, and the films of which they say the best.
 *
 * Scratch memory is the caller's. One call needs one thread; shares of a catalogue may be counted by several.
 */
#include <stdint.h>

#include "person.cdef"

#include "votes.cdef"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "clones.h"
#include "fetch.h"
#include "nearest.h"
#include "share.h"
#include "wide.h"

/* ---------------------------------------------------------------------------------------------------------------------
 * For each film, the votes of the k nearest of its raters
 *
 * Two ways lead to the same sums, which are sums of integers. Walking the neighbours' rows, nearest first, a film takes
 * the first k votes that come and is then closed; what the rows say of closed films is skipped at little cost. Going
 * through the raters of a film and choosing those of least rank costs more for each of them, but is done at once for
 * the films few people know, which the walk would close late or never. So: walk until a step closes films with too few
 * raters to be worth it, then finish the open ones film by film.
 */

enum {
    STEP = 64,              /* neighbours walked between two looks at what is left */
    ROWS_AHEAD = 2,         /* so many rows ahead, they are fetched */
    WALKED_FOR_ONE = 3,     /* so many ratings are walked in the time that finish_film takes for one */
    VOTE_BITS = 16,
    VOTE = 1 << VOTE_BITS,  /* unit of the sum of weights in total_and_n */
};

typedef int64_t VoteSums __attribute__((vector_size(16), aligned(8), may_alias)); /* both of Votes at once */

static int64_t n_raters(const Neighbourhood *of, int32_t item) { return of->item_ptr[item + 1] - of->item_ptr[item]; }

static inline int64_t count_of(const Votes *votes) { return votes->total_and_n & (VOTE - 1); }

static inline void add_vote(Votes *votes, int64_t weight, int64_t residual) {
    votes->numerator += weight * residual;
    votes->total_and_n += (weight < 0 ? -weight : weight) * VOTE + 1;
}

/* Let the neighbour of a rank speak; returns how many raters the films have that are closed by it. */
static int64_t walk_row(const Neighbourhood *of, Span row, int32_t rank, Votes *restrict votes,
                        uint8_t *restrict open) {
    const int64_t weight = of->heard[rank].weight, vote = llabs(weight) * VOTE + 1;
    const uint16_t k = (uint16_t)of->k;
    int64_t closed = 0;
    for (int64_t begin = row.begin; begin < row.end; begin += PIECE) {
        const uint32_t *rows = of->rows + begin;
        const int32_t length = (int32_t)(row.end - begin < PIECE ? row.end - begin : PIECE);
        uint32_t spoken[PIECE + AT_ONCE];
        int32_t n;
#ifdef WIDE
        if (of->wide) {
            n = open_of_wide(length, rows, open, spoken);
        } else
#endif
        {
            n = open_of(length, rows, open, spoken);
        }
        for (int32_t j = 0; j < n; j++) {
            const int32_t item = packed_item(spoken[j]);
            Votes *film = &votes[item];
            *(VoteSums *)film += (VoteSums){weight * packed_residual(spoken[j]), vote};
            if ((uint16_t)film->total_and_n == k) {
                open[item] = 0;
                closed += n_raters(of, item);
            }
        }
    }
    return closed;
}

static inline void swap_keys(uint64_t *a, uint64_t *b) {
    const uint64_t kept = *a;
    *a = *b;
    *b = kept;
}

/* Move the k least of n different keys to the front (as select_nearest). */
static void select_least(uint64_t *keys, int64_t n, int64_t k) {
    int64_t first = 0, last = n - 1;
    while (k < n && first < last) {
        swap_keys(&keys[first + (last - first) / 2], &keys[last]);
        const uint64_t pivot = keys[last];
        int64_t less = first;
        for (int64_t j = first; j < last; j++) {
            const uint64_t key = keys[j];
            keys[j] = keys[less];
            keys[less] = key;
            less += key < pivot;
        }
        swap_keys(&keys[less], &keys[last]);
        if (less == k || less == k - 1) {
            return;
        }
        if (less < k) {
            first = less + 1;
        } else {
            last = less - 1;
        }
    }
}

/* The raters of a film whose rank is `walked` to walked + n_ranks - 1, as keys: the nearest has the least. */
static int64_t raters_by_rank(const Neighbourhood *of, int32_t item, int32_t walked, uint32_t n_ranks, uint64_t *keys) {
    const int32_t *users = of->users + of->item_ptr[item];
#ifdef WIDE
    if (of->wide) {
        return ranked_of_wide(n_raters(of, item), users, of->rank, walked, n_ranks, keys);
    }
#endif
    return ranked_of(0, n_raters(of, item), users, of->rank, walked, n_ranks, keys, 0);
}

/* Add to a film the votes of its raters from rank `walked` on, up to k in all. */
static void finish_film(const Neighbourhood *of, int32_t item, int32_t walked, uint64_t *keys, Votes *votes) {
    const int64_t wanted = of->k - count_of(votes), length = n_raters(of, item);
    const uint32_t n_ranks = (uint32_t)(of->n - walked);
    /* If its raters were spread evenly over the ranks, so many ranks would hold half as many again as are wanted. */
    const int64_t guess = (wanted + wanted / 2 + 8) * (int64_t)n_ranks / (length + 1);
    const uint32_t n_first = guess < (int64_t)n_ranks ? (uint32_t)guess : n_ranks;
    int64_t n = raters_by_rank(of, item, walked, n_first, keys);
    if (n < wanted && n_first < n_ranks) {
        n = raters_by_rank(of, item, walked, n_ranks, keys);
    }
    select_least(keys, n, wanted);
    n = n < wanted ? n : wanted;
    for (int64_t j = 0; j < n; j++) {
        const int64_t rank = walked + (int64_t)(keys[j] >> 32), place = (int64_t)(keys[j] & UINT32_MAX);
        add_vote(votes, of->heard[rank].weight, of->item_residuals[of->item_ptr[item] + place]);
    }
}

void packed_rows(int64_t n, const int32_t *items, const int16_t *residuals, uint32_t *rows) {
    for (int64_t j = 0; j < n; j++) {
        rows[j] = (uint32_t)items[j] << RESIDUAL_BITS | (uint32_t)(residuals[j] + (1 << (RESIDUAL_BITS - 1)));
    }
}

void person_set_ranks(int32_t n, const Heard *heard, int32_t *rank) {
    for (int32_t j = 0; j < n; j++) {
        rank[heard[j].user] = j;
    }
}

void person_clear_ranks(int32_t n, const Heard *heard, int32_t *rank) {
    for (int32_t j = 0; j < n; j++) {
        rank[heard[j].user] = INT32_MAX;
    }
}

void person_votes(const Neighbourhood *of, const Share *films, uint64_t *keys, uint8_t *open, Votes *votes) {
    memset(votes + films->begin, 0, sizeof *votes * (size_t)(films->end - films->begin));
    memset(open + films->begin, 1, (size_t)(films->end - films->begin));
    const int32_t at_least = smaller(8 * of->k, of->n); /* before, few films can be closed */
    int32_t walked = 0;
    const int can_walk = of->rows != NULL;
    for (int64_t cost = 0, closed = 0;
         can_walk && walked < of->n && (walked < at_least || closed * WALKED_FOR_ONE >= cost);) {
        cost = closed = 0;
        for (const int32_t end = smaller(walked + STEP, of->n); walked < end; walked++) {
            if (walked + ROWS_AHEAD < of->n) {
                /* Neighbours lie all over the memory, and waiting for it is most of a walk. */
                const int64_t *next = of->user_ptr + of->heard[walked + ROWS_AHEAD].user;
                FETCH(of->rows + next[0], of->rows + next[1]);
            }
            const Span row = in_share(films, of->user_ptr, of->rows, of->heard[walked].user, RESIDUAL_BITS);
            closed += walk_row(of, row, walked, votes, open);
            cost += row.end - row.begin;
        }
    }
    for (int32_t i = films->begin; walked < of->n && i < films->end; i++) {
        if (open[i]) {
            finish_film(of, i, walked, keys, &votes[i]);
        }
    }
}

void person_votes_on(const Neighbourhood *of, int32_t n, const int32_t *items, uint64_t *keys, Votes *votes) {
    memset(votes, 0, sizeof *votes * (size_t)n);
    for (int32_t j = 0; j < n; j++) {
        finish_film(of, items[j], 0, keys, &votes[j]);
    }
}

/* ---------------------------------------------------------------------------------------------------------------------
 * The films of which they say the best
 */

/* a / b, rounded half up (receipt.rounded_ratios); b > 0. */
static inline int64_t rounded_ratio(int64_t a, int64_t b) {
    const int64_t doubled = 2 * a + b, quotient = doubled / (2 * b);
    return quotient - (doubled % (2 * b) < 0);
}

/* Which of n films may reach the floor of a list: that they don't is plain without a division, and for several films at
 * a time. */
CLONES static void may_reach(int32_t n, const Votes *restrict votes, const int64_t *restrict effects,
                             const VoteScale *restrict scale, int32_t min_votes, double floor,
                             const uint8_t *restrict open, uint8_t *restrict reaches) {
    const int64_t factor = scale->scale, unit = scale->unit, damping = scale->damping;
    for (int32_t i = 0; i < n; i++) {
        const double numerator = (double)(factor * votes[i].numerator);
        const double denominator = (double)(unit * ((votes[i].total_and_n >> VOTE_BITS) + damping));
        const int enough = (votes[i].total_and_n & (VOTE - 1)) >= min_votes;
        reaches[i] = (open[i] != 0) & enough & (numerator >= (floor - 1.0 - (double)effects[i]) * denominator);
    }
}

int32_t person_best(int32_t n_items, const Votes *votes, const int64_t *effects, const VoteScale *scale,
                    int32_t min_votes, int32_t n_closed, const int32_t *closed, uint8_t *open, int32_t n,
                    int32_t *best, int64_t *predictions, int32_t *n_votes) {
    Shortlist list = new_shortlist(n);
    if (list.candidates == NULL) {
        return -1;
    }
    memset(open, 1, (size_t)n_items);
    for (int32_t j = 0; j < n_closed; j++) {
        open[closed[j]] = 0;
    }
    for (int32_t begin = 0; begin < n_items; begin += PIECE) {
        const int32_t length = smaller(n_items - begin, PIECE);
        uint8_t reaches[PIECE];
        may_reach(length, votes + begin, effects + begin, scale, min_votes, list.floor, open + begin, reaches);
        for (int32_t i = begin; i < begin + length; i++) {
            if (reaches[i - begin]) {
                const int64_t denominator = scale->unit * (votes[i].total_and_n / VOTE + scale->damping);
                const int64_t change = rounded_ratio(scale->scale * votes[i].numerator, denominator);
                const double prediction = (double)(effects[i] + change); /* under 2^53: exact */
                if (prediction >= list.floor) {
                    add_to_shortlist(&list, (Candidate){prediction, i, 0});
                }
            }
        }
    }
    const int32_t n_listed = sorted_shortlist(&list);
    for (int32_t j = 0; j < n_listed; j++) {
        best[j] = list.candidates[j].user;
        predictions[j] = (int64_t)list.candidates[j].similarity;
        n_votes[j] = (int32_t)count_of(&votes[best[j]]);
    }
    free(list.candidates);
    return n_listed;
}
