/* The k best of many candidates, by similarity and then by index, whatever the order they come in. */
#ifndef CAMFLIX_NEAREST_H
#define CAMFLIX_NEAREST_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

typedef struct {
    double similarity;
    int32_t user;
    int32_t n_common;
} Candidate;

/* The total order of neighbours: greatest similarity first, equal ones by index. No two candidates are equal in it.
 * Written without branches: what comes next can't be guessed. */
static inline int is_nearer(Candidate a, Candidate b) {
    return (a.similarity > b.similarity) | ((a.similarity == b.similarity) & (a.user < b.user));
}

/* Move the k nearest of n candidates to the front, in no particular order (Hoare, "Algorithm 65: find", 1961; the
 * partition is Lomuto's, which needs no branch either). */
static inline void select_nearest(Candidate *candidates, int64_t n, int64_t k) {
    int64_t first = 0, last = n - 1;
    while (k < n && first < last) {
        const int64_t middle = first + (last - first) / 2;
        const Candidate pivot = candidates[middle];
        candidates[middle] = candidates[last];
        int64_t nearer = first; /* candidates[first .. nearer - 1] are nearer than the pivot */
        for (int64_t j = first; j < last; j++) {
            const Candidate candidate = candidates[j];
            candidates[j] = candidates[nearer];
            candidates[nearer] = candidate;
            nearer += is_nearer(candidate, pivot);
        }
        candidates[last] = candidates[nearer];
        candidates[nearer] = pivot;
        if (nearer == k || nearer == k - 1) {
            return;
        }
        if (nearer < k) {
            first = nearer + 1;
        } else {
            last = nearer - 1;
        }
    }
}

static inline void sift_down(Candidate *heap, int64_t place, int64_t n) {
    const Candidate moving = heap[place];
    for (int64_t child; (child = 2 * place + 1) < n; place = child) {
        if (child + 1 < n && is_nearer(heap[child], heap[child + 1])) {
            child++;
        }
        if (!is_nearer(moving, heap[child])) {
            break;
        }
        heap[place] = heap[child];
    }
    heap[place] = moving;
}

/* Sort n candidates, nearest first: by insertion when they are few, else by a heap of the farthest. */
static inline void sort_nearest(Candidate *candidates, int64_t n) {
    if (n > 64) {
        for (int64_t place = n / 2; place-- > 0;) {
            sift_down(candidates, place, n);
        }
        for (int64_t end = n - 1; end > 0; end--) {
            const Candidate farthest = candidates[0];
            candidates[0] = candidates[end];
            candidates[end] = farthest;
            sift_down(candidates, 0, end);
        }
        return;
    }
    for (int64_t end = 1; end < n; end++) {
        const Candidate moving = candidates[end];
        int64_t place = end;
        for (; place > 0 && is_nearer(moving, candidates[place - 1]); place--) {
            candidates[place] = candidates[place - 1];
        }
        candidates[place] = moving;
    }
}

/* The k nearest so far, and some room. What lies under `floor` needs not be added. */
typedef struct {
    Candidate *candidates; /* [capacity] */
    int32_t n, k, capacity;
    double floor;
} Shortlist;

/* A list for the k nearest, which can't be made when `candidates` is null. */
static inline Shortlist new_shortlist(int32_t k) {
    const int32_t capacity = 2 * k + 64;
    Candidate *candidates = malloc(sizeof(Candidate) * (size_t)capacity);
    return (Shortlist){.candidates = candidates, .k = k, .capacity = capacity, .floor = -INFINITY};
}

static inline double least_similarity(const Candidate *candidates, int64_t n) {
    double least = candidates[0].similarity;
    for (int64_t j = 1; j < n; j++) {
        least = candidates[j].similarity < least ? candidates[j].similarity : least;
    }
    return least;
}

static inline void add_to_shortlist(Shortlist *list, Candidate candidate) {
    list->candidates[list->n++] = candidate;
    if (list->n == list->capacity) {
        select_nearest(list->candidates, list->n, list->k);
        list->n = list->k;
        list->floor = least_similarity(list->candidates, list->k);
    }
}

/* Sort the k nearest to the front; returns how many there are. */
static inline int32_t sorted_shortlist(Shortlist *list) {
    select_nearest(list->candidates, list->n, list->k);
    const int32_t n = list->n < list->k ? list->n : list->k;
    sort_nearest(list->candidates, n);
    return n;
}

#endif
