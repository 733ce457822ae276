/* Compressed rows of ratings. */
#include <stdint.h>

#include "ratings.cdef"

#include <string.h>

int64_t ratings_first_fault(int64_t n_rows, int64_t n_columns, int64_t n, const int64_t *row_ptr,
                            const int32_t *columns, const uint8_t *scores) {
    int64_t begin = 0;
    for (int64_t r = 0; r < n_rows; r++) {
        const int64_t end = row_ptr[r + 1];
        if (row_ptr[r] != begin || end < begin || end > n) {
            return r;
        }
        int64_t previous = -1;
        int fault = 0;
        for (int64_t p = begin; p < end; p++) {
            fault |= (columns[p] <= previous) | (columns[p] >= n_columns) | (scores[p] > 100);
            previous = columns[p];
        }
        if (fault) {
            return r;
        }
        begin = end;
    }
    return row_ptr[n_rows] == n && row_ptr[0] == 0 ? -1 : n_rows;
}

/* Counting sort: rows are read in order, so each column comes out ordered by row. */
void ratings_transpose(int64_t n_rows, int64_t n_columns, const int64_t *row_ptr, const int32_t *columns,
                       const uint8_t *scores, int64_t *column_ptr, int32_t *rows, uint8_t *column_scores) {
    memset(column_ptr, 0, sizeof(int64_t) * (size_t)(n_columns + 1));
    for (int64_t p = 0; p < row_ptr[n_rows]; p++) {
        column_ptr[columns[p] + 1]++;
    }
    for (int64_t c = 0; c < n_columns; c++) {
        column_ptr[c + 1] += column_ptr[c];
    }
    for (int64_t r = 0; r < n_rows; r++) {
        for (int64_t p = row_ptr[r]; p < row_ptr[r + 1]; p++) {
            const int64_t at = column_ptr[columns[p]]++; /* moves each start to its end */
            rows[at] = (int32_t)r;
            column_scores[at] = scores[p];
        }
    }
    memmove(column_ptr + 1, column_ptr, sizeof(int64_t) * (size_t)n_columns); /* ends are the next ones' starts */
    column_ptr[0] = 0;
}

void ratings_transpose_values(int64_t n_rows, int64_t n_columns, const int64_t *row_ptr, const int32_t *columns,
                              const int16_t *values, const int64_t *column_ptr, int64_t *next, int16_t *column_values) {
    memcpy(next, column_ptr, sizeof(int64_t) * (size_t)n_columns);
    for (int64_t p = 0; p < row_ptr[n_rows]; p++) {
        column_values[next[columns[p]]++] = values[p];
    }
}

int32_t row_indices_fault(int64_t n, const int32_t *indices, int32_t end, int32_t ascending) {
    int32_t outside = 0, disorder = 0;
    for (int64_t j = 0; j < n; j++) {
        outside |= (indices[j] < 0) | (indices[j] >= end);
    }
    for (int64_t j = 1; ascending && j < n; j++) {
        disorder |= indices[j] <= indices[j - 1];
    }
    return disorder ? 1 : outside ? 2 : 0;
}

int32_t row_scores_fault(int64_t n, const uint8_t *scores) {
    int32_t fault = 0;
    for (int64_t j = 0; j < n; j++) {
        fault |= scores[j] > 100;
    }
    return fault;
}

int32_t row_residuals_fault(int64_t n, const int16_t *residuals, int32_t most) {
    int32_t fault = 0;
    for (int64_t j = 0; j < n; j++) {
        fault |= (residuals[j] > most) | (residuals[j] < -most);
    }
    return fault;
}

int32_t row_heard_fault(int64_t n, const int32_t (*heard)[3], int32_t end) {
    int32_t fault = 0;
    for (int64_t j = 0; j < n; j++) {
        fault |= (heard[j][0] < 0) | (heard[j][0] >= end);
    }
    return fault;
}

int64_t rows_length(int64_t n, const int32_t *rows, const int64_t *row_ptr) {
    int64_t length = 0;
    for (int64_t j = 0; j < n; j++) {
        length += row_ptr[rows[j] + 1] - row_ptr[rows[j]];
    }
    return length;
}
