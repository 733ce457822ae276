/* Memory of megabytes, in large pages where the system has them. Small ones are set up one by one, thousands of them;
 * and where a system looks again and again which are in use, to take the others back, the first touch of each costs
 * microseconds.
 */
#ifndef CAMFLIX_LARGE_H
#define CAMFLIX_LARGE_H

#include <stdint.h>
#include <stdlib.h>

#ifdef __linux__
#include <sys/mman.h>
#endif

enum { LARGE_PAGE = 1 << 21 };

/* Not zeroed; free() gives it back. Null when there is not enough. */
static inline char *large_memory(size_t bytes) {
    char *memory = malloc(bytes);
#ifdef MADV_HUGEPAGE
    const size_t before = memory == NULL ? 0 : (size_t)(-(uintptr_t)memory % LARGE_PAGE);
    if (memory != NULL && bytes >= before + LARGE_PAGE) {
        /* A wish; nothing depends on it. */
        (void)madvise(memory + before, (bytes - before) / LARGE_PAGE * LARGE_PAGE, MADV_HUGEPAGE);
    }
#endif
    return memory;
}

#endif
