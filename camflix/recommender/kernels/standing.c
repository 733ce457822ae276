/* Where a person stands beside the baseline, and what is shown of predictions made from there. Steps, and so bits, are
 * those of baseline.Baseline, classic._standardised and interval.Ranges in numpy: a row of one person is over before
 * numpy has begun.
 */
#include <stdint.h>

#include "standing.cdef"

#include <math.h>

static double between(double value, double least, double most) { return fmin(fmax(value, least), most); }

Standing person_standing(int32_t n, const int32_t *items, const uint8_t *scores, const int64_t *item_effects,
                         const BaselineScale *scale, int64_t *less_items, int16_t *z) {
    int64_t sum = 0, squares = 0;
    for (int32_t j = 0; j < n; j++) {
        less_items[j] = scores[j] * scale->unit - scale->mean - item_effects[items[j]];
        sum += less_items[j];
    }
    Standing standing = {.effect = (int64_t)rint((double)sum / (n + scale->user_damping))};
    for (int32_t j = 0; j < n; j++) {
        less_items[j] -= standing.effect;
        squares += less_items[j] * less_items[j];
    }
    standing.spread = (int64_t)rint(sqrt(((double)squares + scale->pseudo_squares) / (n + scale->pseudo_ratings)));
    for (int32_t j = 0; j < n; j++) {
        const double residual = rint((double)(less_items[j] * scale->z_unit) / (double)standing.spread);
        z[j] = (int16_t)between(residual, -scale->most_z, scale->most_z);
    }
    return standing;
}

void person_ranges(int32_t n, const int32_t *items, const int64_t *unclipped, const int32_t *n_evidence,
                   const RangeScale *scale, double *estimates, double *low, double *high) {
    for (int32_t j = 0; j < n; j++) {
        const int32_t item = items[j];
        const double effects = scale->item_effects[item] + scale->user_effect;
        const int64_t evidence = n_evidence[j] < scale->n_widths ? n_evidence[j] : scale->n_widths - 1;
        const double half =
            ceil(scale->widths[evidence] * sqrt(scale->scatter * scale->item_scatter[item] + effects));
        const double estimate = between((double)unclipped[j], scale->least, scale->most);
        estimates[j] = estimate / scale->unit;
        low[j] = fmax(estimate - half, scale->least) / scale->unit;
        high[j] = fmin(estimate + half, scale->most) / scale->unit;
    }
}
