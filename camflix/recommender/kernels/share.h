/* Helpers of the kernels that serve one person: shares of users or films, rows cut to a share. */
#ifndef CAMFLIX_SHARE_H
#define CAMFLIX_SHARE_H

#include <stdint.h>

enum { PIECE = 256 }; /* so many ratings of a row or column are looked through at once */

/* Part of a row or column: the places from begin to end - 1. */
typedef struct {
    int64_t begin, end;
} Span;

static inline int32_t smaller(int32_t a, int32_t b) { return a < b ? a : b; }

/* The first place from `begin` to `end` where `index` or a later one stands; they ascend, and none is negative. */
static inline int64_t first_from(const uint32_t *indices, int64_t begin, int64_t end, uint32_t index) {
    while (begin < end) {
        const int64_t middle = begin + (end - begin) / 2;
        if (indices[middle] < index) {
            begin = middle + 1;
        } else {
            end = middle;
        }
    }
    return begin;
}

/* As first_from, of a column that is in no cache: its raters lie about evenly between the first user and the last, so
 * it is looked for around where it should stand. */
static inline int64_t first_about(const int32_t *users, int64_t begin, int64_t end, int32_t index, int32_t first,
                                  int32_t last) {
    const uint32_t *indices = (const uint32_t *)users;
    if (begin == end || index >= last) {
        return end;
    }
    int64_t step = 32, place = begin + (end - begin) * (int64_t)(index - first) / (last - first);
    if (users[place] < index) {
        for (begin = place + 1; begin + step < end && users[begin + step] < index; step *= 2) {
            begin += step + 1;
        }
        return first_from(indices, begin, begin + step < end ? begin + step : end, (uint32_t)index);
    }
    for (end = place; end - step > begin && users[end - step] >= index; step *= 2) {
        end -= step;
    }
    return first_from(indices, end - step > begin ? end - step : begin, end, (uint32_t)index);
}

/* The places of a row or column (its indices, ascending) that lie in a share. Below an index, `n_bits` may hold
 * something else. */
static inline Span in_share(const Share *share, const int64_t *pointers, const uint32_t *indices, int32_t row,
                            int32_t n_bits) {
    Span span = {pointers[row], pointers[row + 1]};
    if (share->begin > 0) {
        span.begin = first_from(indices, span.begin, span.end, (uint32_t)share->begin << n_bits);
    }
    if (share->end < share->n) {
        span.end = first_from(indices, span.begin, span.end, (uint32_t)share->end << n_bits);
    }
    return span;
}

/* The places of an item's ratings by the users of a share. */
static inline Span raters_in_share(const Share *share, const Columns *columns, int32_t item) {
    return in_share(share, columns->item_ptr, (const uint32_t *)columns->users, item, 0);
}

/* Where the first PIECE of an item's ratings lie. */
static inline Span beginning_of(const Columns *columns, int32_t item) {
    const int64_t begin = columns->item_ptr[item], end = columns->item_ptr[item + 1];
    return (Span){begin, end - begin < PIECE ? end : begin + PIECE};
}

#endif
