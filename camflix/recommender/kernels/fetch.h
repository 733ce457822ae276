/* Memory that will be read soon is begun to be fetched: rows and columns lie all over it. */
#ifndef CAMFLIX_FETCH_H
#define CAMFLIX_FETCH_H

enum { LINE = 64 }; /* bytes of a cache line */

/* What lies from `first` to before `end`. A macro, for gcc drops calls of a function that does no more. */
#define FETCH(first, end)                                                                                              \
    for (const char *line = (const char *)(first); line < (const char *)(end); line += LINE) {                         \
        __builtin_prefetch(line);                                                                                      \
    }

#endif
